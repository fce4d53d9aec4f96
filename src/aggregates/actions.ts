import { checkTree } from '../locations/index.ts';
import { forLargeWork } from '../platform/db/index.ts';
import { type ActionDeclaration, action } from '../resource/index.ts';
import { runHandler } from '../runs/index.ts';
import { everyCell } from './check-store.ts';
import { cacheMetaRun, campaignRefreshRun } from './jobs.ts';
import { refreshCells } from './refresh-cells.ts';
import { requestRebuild } from './request-refresh.ts';
import { claimedCells } from './store.ts';

/** Contract monitoring §2.10. Nobody needs them: what changes is worked out by itself. They check that it was. */
export const valueActions: ActionDeclaration[] = [
  action({
    resource_name: 'agg_refresh',
    help: 'Works out all values of a campaign again. Normally that changes nothing, and the run says so.',
    parameters: { campaign_id: { type: 'integer', required: true, references: 'campaign' } },
    right: 'metadata.write',
    run_kind: campaignRefreshRun.name,
    lock_key: ({ campaign_id }) => `campaign:${campaign_id}`,
    objects: { resource: 'campaign', filter: ({ campaign_id }) => ({ id: String(campaign_id) }) },
  }),
  action({
    resource_name: 'cache_meta',
    help: 'Compares the tree with the links of places, repairs what differs, and reports what it found.',
    parameters: {},
    right: 'metadata.write',
    run_kind: cacheMetaRun.name,
    lock_key: () => 'all',
  }),
];

export const refreshCampaign = runHandler(campaignRefreshRun, (context, run) =>
  forLargeWork(context.db, run.signal).transaction(async (tx) => {
    const periods = [run.payload.campaign_id];
    // What still waits is no surprise; only what changes after it is.
    const waiting = await refreshCells(context, tx, 'campaign', periods, claimedCells('campaign', periods));
    const { cells, written } = await refreshCells(context, tx, 'campaign', periods, everyCell('campaign', periods));
    run.log('info', written === 0 ? `${cells} cells are as they should be` : `${written} of ${cells} cells changed`);
    const summary = { campaign_id: run.payload.campaign_id, cells, changed: written, was_waiting: waiting.written };
    await run.succeed(tx, summary);
    return summary;
  }),
);

const faultsTold = 100;

/** Bounds and tags of indicators and charts of dashboards are put together when they are read: nothing can be stale. */
export const checkMeta = runHandler(cacheMetaRun, (context, run) =>
  forLargeWork(context.db, run.signal).transaction(async (tx) => {
    const faults = await checkTree(tx, { repairs: true });
    for (const one of faults.slice(0, faultsTold)) {
      run.log(
        'warn',
        `tree: ${one.parent_location_id} > ${one.location_id} ${one.fault}: ${one.lvl} instead of ${one.expected}`,
      );
    }
    if (faults.length > 0) for (const kind of ['campaign', 'date'] as const) await requestRebuild(tx, kind);
    run.log(
      'info',
      faults.length === 0 ? 'The tree is as the places say.' : `${faults.length} pairs of the tree repaired.`,
    );
    const summary = { tree: { repaired: faults.length }, derived_json: 'made when read' };
    await run.succeed(tx, summary);
    return summary;
  }),
);
