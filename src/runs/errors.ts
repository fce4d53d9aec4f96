import { AppError } from '../platform/errors/index.ts';
import type { RunState } from './pure/state.ts';

export const runNotFound = (id: string) => new AppError(404, 'run_not_found', `No run object found for id : ${id}`);
export const runEnded = (state: RunState) =>
  new AppError(409, 'run_ended', `Cannot cancel a run in state ${state}.`, { extra: { state } });
export const runNotRetryable = (state: RunState) =>
  new AppError(
    409,
    'run_not_retryable',
    `Only a failed or cancelled run can be tried again, not one in state ${state}.`,
    {
      extra: { state },
    },
  );

/** Thrown at a handler that goes on although the run was taken from it; never reaches a client. */
export const runLost = (id: string) =>
  new AppError(409, 'run_lost', `Run ${id} was taken from this worker; nothing of this attempt is published.`);
export const runCancelled = (id: string) => new AppError(409, 'run_cancelled', `Run ${id} was cancelled.`);
export const runTimeout = (seconds: number) =>
  new AppError(504, 'timeout', `Execution exceeded its time limit of ${seconds} s`);
export const runInterrupted = () => new AppError(503, 'interrupted', 'Interrupted: the worker was stopped');
export const lost = () => new AppError(503, 'lost', 'Execution lost: the worker stopped responding');

export const invalidStart = () => new AppError(400, 'invalid_start', 'Invalid start');
export const invalidLastId = () => new AppError(400, 'invalid_last_id', 'Invalid last-id');
