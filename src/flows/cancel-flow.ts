import type { Context } from '../platform/context.ts';
import { cancelRun, changeRun, hasEnded, lockRun } from '../runs/index.ts';
import { flowEnded } from './errors.ts';
import { isTerminal } from './pure/apply-report.ts';
import { endFlowState } from './pure/end-flow-state.ts';
import { writeFlow } from './report-pipeline.ts';
import { lockFlow } from './store.ts';

/**
 * A flow of ours that is worked on ends when its worker has heard of it (`end-flow`); one that waits, or that somebody else
 * works on, ends here. Throws `flow_ended`.
 */
export async function cancelFlow(context: Context, revisionId: string): Promise<void> {
  await context.db.transaction(async (tx) => {
    const flow = (await lockFlow(tx, revisionId))!;
    const { runId } = flow.revision;
    const run = (await lockRun(tx, runId))!;
    if (isTerminal(flow.state.status)) throw flowEnded();
    if (!hasEnded(run.state)) await cancelRun(tx, runId);
    if (run.dispatched && run.state !== 'queued') return;
    await changeRun(tx, runId, { to: 'cancelled', from: ['cancelling'] });
    await writeFlow(context, tx, flow, endFlowState(flow.state, 'Cancelled'));
  });
}
