import { isTerminal } from './apply-report.ts';
import { deriveStatus } from './derive-status.ts';
import type { Effect, FlowState, PipelineState } from './flow-spec.ts';

/** Everything still open ends with one message: the flow was cancelled, or whoever worked on it is gone. */
export function endFlowState(
  state: FlowState,
  message: string,
): { next: FlowState; lines: string[]; effects: Effect[] } {
  const pipelines = state.pipelines.map(
    (one): PipelineState =>
      isTerminal(one.status) ? one : { ...one, status: 'failed', stats: {}, errorLog: [message] },
  );
  const status = deriveStatus(pipelines.map((one) => one.status));
  const next = { ...state, status, pipelines, errorLog: [message] };
  const ended = pipelines.filter((one, i) => one !== state.pipelines[i]);
  const effects: Effect[] = [
    ...ended.map(({ id }): Effect => ({ kind: 'pipeline-finished', pipeline: id, success: false, errors: [message] })),
    { kind: 'flow-finished', success: status === 'success', pipeline: state.id, errors: [message] },
  ];
  return { next, lines: [], effects };
}
