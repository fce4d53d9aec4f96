import { cascadeFailure } from './cascade.ts';
import { deriveStatus } from './derive-status.ts';
import type { Effect, FlowState, FlowStatus, PipelineState, Report, UpdateReply } from './flow-spec.ts';

/**
 * What a report makes of a flow (contract §3.2). The caller holds the flow's row, writes `next`, puts the effects into the
 * outbox and commits; `lines` go to the end of the log. `next` is the very `state` given when nothing changes.
 */
export function applyReport(
  state: FlowState,
  report: Report,
): { next: FlowState; lines: string[]; effects: Effect[]; reply: UpdateReply } {
  const id = report.pipeline;
  const pipeline = state.pipelines.find((one) => one.id === id);
  if (pipeline === undefined) return refused(state, 'pipeline not found');
  const target = statusOfReport(report);
  if (target === undefined) return refused(state, 'Unknown event');

  const errors = report.errors ?? [];
  const unchanged = { next: state, lines: [], effects: [], reply: replyOf(state.id, state.status, errors) };
  if (isTerminal(state.status) || !isForward(pipeline.status, target)) return unchanged;

  const reported: PipelineState = { ...pipeline, status: target, stats: report.stats ?? {}, errorLog: errors };
  const replaced = state.pipelines.map((one) => (one === pipeline ? reported : one));
  const pipelines = target === 'failed' ? cascadeFailure(replaced, id) : replaced;
  const status = deriveStatus(pipelines.map((one) => one.status));
  const cascaded = pipelines.filter((one, i) => one !== replaced[i]);
  const fallback = target === 'failed' ? (cascaded[0]?.errorLog ?? []) : [];
  const news = errors.length > 0 ? errors : fallback;
  const stats = report.stats ?? {};
  const next: FlowState = {
    ...state,
    status,
    pipelines,
    errorLog: news.length > 0 ? news : state.errorLog,
    stats: Object.keys(stats).length > 0 ? stats : state.stats,
  };
  return {
    next,
    lines: report.log ?? [],
    effects: effectsOf(state, next, id),
    reply: replyOf(state.id, status, errors),
  };
}

export const isTerminal = (status: FlowStatus): boolean => status === 'success' || status === 'failed';

function statusOfReport({ event, success }: Report): FlowStatus | undefined {
  switch (event) {
    case 'queue':
      return 'pending';
    case 'start':
    case 'progress':
      return 'running';
    case 'finish':
      return success === true ? 'success' : 'failed';
    default:
      return undefined;
  }
}

const order: Record<FlowStatus, number> = { pending: 0, running: 1, success: 2, failed: 2 };

/** The same again is no step back: progress may bring news. */
const isForward = (from: FlowStatus, to: FlowStatus): boolean => !isTerminal(from) && order[to] >= order[from];

function effectsOf(before: FlowState, after: FlowState, reporter: string): Effect[] {
  const effects: Effect[] = [];
  if (before.status === 'pending' && after.status !== 'pending')
    effects.push({ kind: 'flow-started', pipeline: reporter });
  after.pipelines.forEach((pipeline, i) => {
    if (isTerminal(pipeline.status) && !isTerminal(before.pipelines[i]!.status)) {
      const { id, status, errorLog } = pipeline;
      effects.push({ kind: 'pipeline-finished', pipeline: id, success: status === 'success', errors: errorLog });
    }
  });
  if (isTerminal(after.status)) {
    const success = after.status === 'success';
    effects.push({ kind: 'flow-finished', success, pipeline: reporter, errors: after.errorLog });
  }
  return effects;
}

const successWord = { pending: 'pending', running: 'pending', success: 'success', failed: 'fail' } as const;

const replyOf = (id: string, status: FlowStatus, errors: string[]): UpdateReply => ({
  success: successWord[status],
  status,
  id,
  errors,
});

function refused(state: FlowState, error: string) {
  return { next: state, lines: [], effects: [], reply: unknownReport(error) };
}

export const unknownReport = (error: string): UpdateReply => ({
  success: 'fail',
  status: null,
  id: null,
  errors: [error],
});
