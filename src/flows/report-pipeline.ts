import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { holdBlobs } from '../platform/storage/index.ts';
import { appendLines, changeRun, findRun, hasEnded, lockRun, tellWatchers } from '../runs/index.ts';
import { checkStorage } from './check-storage.ts';
import { finishFlow } from './finish-flow.ts';
import { recordEvent } from './outbox.ts';
import { insertProducts } from './product-store.ts';
import { applyReport, isTerminal, unknownReport } from './pure/apply-report.ts';
import type { Effect, FlowState, FlowStatus, JsonObject, Product, Report, UpdateReply } from './pure/flow-spec.ts';
import { type LockedFlow, lockFlow, revisionOfPipeline, updateFlow, updatePackage } from './store.ts';

export interface Made {
  products?: Product[];
  /** Of the last pipeline: the whole package. */
  package?: JsonObject;
}

/**
 * A report becomes state, products, runs and news in one transaction (contract §3.2). Reports of one flow come one after
 * another, since each holds its revision; so there is exactly one that ends it.
 */
export async function reportPipeline(context: Context, report: Report, made: Made = {}): Promise<UpdateReply> {
  const found = await revisionOfPipeline(context.db, report.pipeline);
  if (found === undefined) return unknownReport('pipeline not found');
  return context.db.transaction(async (tx) => {
    const flow = (await lockFlow(tx, found.revisionId))!;
    await lockRun(tx, flow.revision.runId);
    const heard = (await cancelledInstead(tx, flow, report)) ?? report;
    const { next, lines, effects, reply } = applyReport(flow.state, heard);
    if (next === flow.state) return reply;
    if (heard.event === 'finish' && heard.success === true) await keepMade(context, tx, flow, heard.pipeline, made);
    await writeFlow(context, tx, flow, { next, lines, effects });
    return reply;
  });
}

/** What `apply` decided, wherever the decision came from. The caller has locked the flow and its run. */
export async function writeFlow(
  context: Context,
  tx: Tx,
  flow: LockedFlow,
  { next, lines, effects }: { next: FlowState; lines: string[]; effects: Effect[] },
): Promise<void> {
  const { revision, state } = flow;
  await updateFlow(tx, revision.id, state, next);
  if (lines.length > 0)
    await appendLines(
      tx,
      revision.runId,
      lines.map((text) => ({ level: 'info', text })),
    );
  const parent = (await findRun(tx, revision.runId))!;
  if (next.status !== state.status && !(await isDispatched(tx, revision.runId)) && !hasEnded(parent.state))
    await moveRun(tx, revision.runId, next.status, next.errorLog);
  for (const [i, pipeline] of next.pipelines.entries()) {
    if (pipeline.status !== state.pipelines[i]!.status)
      await moveRun(tx, flow.pipelines[i]!.runId, pipeline.status, pipeline.errorLog);
  }
  for (const effect of effects) await act(context, tx, flow, next, effect);
  await tellWatchers(tx, [revision.runId]);
}

async function act(context: Context, tx: Tx, flow: LockedFlow, next: FlowState, effect: Effect): Promise<void> {
  if (effect.kind === 'flow-finished') return finishFlow(context, tx, flow, next, effect);
  const { dataset, revision } = flow;
  const common = { dataset, revisionId: revision.id, flowId: next.id, pipeline: effect.pipeline };
  if (effect.kind === 'flow-started') await recordEvent(context, tx, { ...common, kind: 'flow.start', errors: [] });
  else {
    const { success, errors } = effect;
    await recordEvent(context, tx, { ...common, kind: 'pipeline.finish', success, errors });
  }
}

/** Somebody cancelled the pipeline's run: whatever is reported of it now, that is its end. */
async function cancelledInstead(tx: Tx, flow: LockedFlow, { pipeline }: Report): Promise<Report | undefined> {
  const row = flow.pipelines.find((one) => one.id === pipeline);
  if (row === undefined || isTerminal(row.status)) return undefined;
  const state = (await findRun(tx, row.runId))?.state;
  if (state !== 'cancelled' && state !== 'cancelling') return undefined;
  return { pipeline, event: 'finish', success: false, errors: ['Cancelled'] };
}

async function keepMade(context: Context, tx: Tx, flow: LockedFlow, pipelineId: string, made: Made): Promise<void> {
  const products = made.products ?? [];
  await holdBlobs(
    tx,
    context.blobs,
    products.map((product) => product.sha256),
  );
  const position = flow.pipelines.findIndex((one) => one.id === pipelineId);
  await insertProducts(tx, flow.revision.id, pipelineId, position, products);
  if (products.length > 0) await checkStorage(context, tx, flow.dataset);
  if (made.package !== undefined) await updatePackage(tx, flow.revision.id, made.package);
}

/** The run of a flow whose pipelines somebody else works on is moved by what they report. */
const isDispatched = async (tx: Tx, runId: string): Promise<boolean> => (await lockRun(tx, runId))?.dispatched ?? true;

async function moveRun(tx: Tx, id: string, status: FlowStatus, errors: string[]): Promise<void> {
  switch (status) {
    case 'running':
      await changeRun(tx, id, { to: 'running', from: ['queued', 'starting'] });
      return;
    case 'success':
      await changeRun(tx, id, { to: 'succeeded', from: ['queued', 'starting', 'running'] });
      return;
    case 'failed': {
      const message = errors.at(-1) ?? 'failed';
      const error = { code: 'flow_failed', message, status: 422 };
      const from = ['queued', 'starting', 'running'] as const;
      const changed = await changeRun(tx, id, { to: 'failed', from: [...from], error });
      if (changed === undefined) await changeRun(tx, id, { to: 'cancelled', from: ['cancelling'] });
      return;
    }
    case 'pending':
  }
}
