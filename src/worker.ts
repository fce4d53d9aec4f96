import { sendRecoveryLink, sweepAccounts } from './accounts/index.ts';
import { sealAuditJob, sendRecoveryLinkJob, sweepAccountsJob } from './accounts/jobs.ts';
import { checkMeta, refreshAggregates, refreshCampaign } from './aggregates/index.ts';
import { refreshAggregatesJob } from './aggregates/jobs.ts';
import { connectModules } from './connect-modules.ts';
import { reviseDataset } from './datasets/index.ts';
import { deriveDocuments, queueProcess, refreshMaster, transformUpload } from './documents/index.ts';
import { deriveDocumentsJob } from './documents/jobs.ts';
import {
  deliverWebhook,
  dispatchSchedules,
  endFlow,
  flowHandler,
  runFlowApart,
  startScheduledFlow,
} from './flows/index.ts';
import { deliverWebhookJob, endFlowJob, startScheduledFlowJob } from './flows/jobs.ts';
import { ingestUpload, sweepIngestFolders, sweepUploads } from './ingest/index.ts';
import { sweepUploadsJob } from './ingest/jobs.ts';
import { simplifyShapes } from './locations/index.ts';
import { simplifyShapesJob } from './locations/jobs.ts';
import { sealAudit } from './platform/audit/index.ts';
import type { Context } from './platform/context.ts';
import { type CronEntry, handler, type JobHandler, startWorker, type Worker } from './platform/jobs/index.ts';
import { sendMail, sendMailJob } from './platform/mail/index.ts';
import { sweepBlobsJob, sweepStorage } from './platform/storage/index.ts';
import { pullRows } from './pulls/index.ts';
import { purgeIdempotencyAnswers } from './resource/index.ts';
import { purgeIdempotencyAnswersJob } from './resource/jobs.ts';
import { admitRuns, executeRunHandler, type RunHandler, reapExpiredRuns, reapRuns } from './runs/index.ts';
import { admitRuns as admitRunsJob, reapRuns as reapRunsJob } from './runs/jobs.ts';

/** Every kind of run and what works on it, one list. */
export const runHandlers: RunHandler[] = [
  ingestUpload,
  pullRows,
  reviseDataset,
  refreshCampaign,
  checkMeta,
  transformUpload,
  refreshMaster,
  queueProcess,
  flowHandler(runFlowApart),
];

/** Every job and what does it, one list. */
export const handlers: JobHandler[] = [
  handler(sendMailJob, sendMail),
  handler(sendRecoveryLinkJob, sendRecoveryLink),
  handler(sweepAccountsJob, sweepAccounts),
  handler(sealAuditJob, async ({ db }) => void (await sealAudit(db))),
  handler(purgeIdempotencyAnswersJob, purgeIdempotencyAnswers),
  handler(refreshAggregatesJob, refreshAggregates),
  handler(deriveDocumentsJob, deriveDocuments),
  executeRunHandler(runHandlers),
  handler(admitRunsJob, admitRuns),
  handler(endFlowJob, endFlow),
  handler(startScheduledFlowJob, startScheduledFlow),
  handler(reapRunsJob, reapRuns),
  handler(simplifyShapesJob, simplifyShapes),
  handler(deliverWebhookJob, deliverWebhook),
  handler(sweepUploadsJob, sweepUploads),
  handler(sweepBlobsJob, sweepStorage),
];

/** What is done by the clock, in UTC. */
const cron: CronEntry[] = [
  { job: sweepAccountsJob.name, pattern: '17 3 * * *' },
  { job: sealAuditJob.name, pattern: '* * * * *' },
  { job: purgeIdempotencyAnswersJob.name, pattern: '37 * * * *' },
  { job: reapRunsJob.name, pattern: '* * * * *' },
  { job: sweepUploadsJob.name, pattern: '* * * * *' },
  { job: sweepBlobsJob.name, pattern: '41 * * * *' },
];

/** This process's workers. */
export function startJobs(context: Context): Promise<Worker> {
  connectModules(context);
  return startWorker(context, handlers, cron, [
    { name: 'reap-expired-runs', seconds: context.config.runLeaseSeconds / 3, work: reapExpiredRuns },
    // Beside the jobs that ask for it: a run whose moment comes later, a setting that has changed.
    { name: 'admit-runs', seconds: 5, work: admitRuns },
    { name: 'dispatch-flow-schedules', seconds: 3, work: dispatchSchedules },
    { name: 'sweep-work-folders', seconds: 60, work: sweepIngestFolders },
  ]);
}
