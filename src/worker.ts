import type { Context } from './platform/context.ts';
import { type CronEntry, type JobHandler, startWorker, type Worker } from './platform/jobs/index.ts';

/** Every job and what does it, one list. */
export const handlers: JobHandler[] = [];

/** What is done by the clock, in UTC. */
const cron: CronEntry[] = [];

/** This process's workers. */
export function startJobs(context: Context): Promise<Worker> {
  return startWorker(context, handlers, cron);
}
