export { addJob, defineJob, type EnqueueOptions, enqueue, type Job } from './job.ts';
export { freeJobsOfDeadWorkers } from './presence.ts';
export type { Repeated } from './repeat.ts';
export {
  type CronEntry,
  handler,
  type JobHandler,
  type JobRun,
  migrateJobs,
  startWorker,
  type Worker,
  workOnce,
} from './work.ts';
