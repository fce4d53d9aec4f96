import type { FlowStatus } from './flow-spec.ts';

/** A flow's state is what its pipelines say, and nothing else (contract §3.1). */
export function deriveStatus(pipelines: readonly FlowStatus[]): FlowStatus {
  const some = (status: FlowStatus) => pipelines.includes(status);
  if (some('running')) return 'running';
  if (some('pending')) return some('success') || some('failed') ? 'running' : 'pending';
  return some('failed') ? 'failed' : 'success';
}

export const apiState: Record<FlowStatus, string> = {
  pending: 'QUEUED',
  running: 'INPROGRESS',
  success: 'SUCCEEDED',
  failed: 'FAILED',
};
