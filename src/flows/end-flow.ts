import type { Context } from '../platform/context.ts';
import { lockRun, type Run } from '../runs/index.ts';
import { isTerminal } from './pure/apply-report.ts';
import { endFlowState } from './pure/end-flow-state.ts';
import { writeFlow } from './report-pipeline.ts';
import { lockFlow, revisionOfRun } from './store.ts';

/** Works on `end-flow`, which the end of every flow's run asks for: a flow whose run has ended is over too. */
export async function endFlow(context: Context, { runId }: { runId: string }): Promise<void> {
  const revision = await revisionOfRun(context.db, runId);
  if (revision === undefined) return;
  await context.db.transaction(async (tx) => {
    const flow = (await lockFlow(tx, revision.id))!;
    if (isTerminal(flow.state.status)) return;
    const run = (await lockRun(tx, runId))!;
    await writeFlow(context, tx, flow, endFlowState(flow.state, messageOf(run)));
  });
}

function messageOf({ state, error }: Run): string {
  if (state === 'cancelled') return 'Cancelled';
  return error?.code === 'timeout' ? error.message : 'Interrupted';
}
