import type { Context } from './platform/context.ts';
import { type CronEntry, handler, type JobHandler, startWorker, type Worker } from './platform/jobs/index.ts';
import { executeRunHandler, type RunHandler, reapExpiredRuns, reapRuns } from './runs/index.ts';
import { reapRuns as reapRunsJob } from './runs/jobs.ts';

/** Every kind of run and what works on it, one list. */
export const runHandlers: RunHandler[] = [];

/** Every job and what does it, one list. */
export const handlers: JobHandler[] = [executeRunHandler(runHandlers), handler(reapRunsJob, reapRuns)];

/** What is done by the clock, in UTC. */
const cron: CronEntry[] = [{ job: reapRunsJob.name, pattern: '* * * * *' }];

/** This process's workers. */
export function startJobs(context: Context): Promise<Worker> {
  return startWorker(context, handlers, cron, [
    { name: 'reap-expired-runs', seconds: context.config.runLeaseSeconds / 3, work: reapExpiredRuns },
  ]);
}
