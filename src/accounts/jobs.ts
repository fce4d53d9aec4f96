import { defineJob } from '../platform/jobs/index.ts';

export const sendRecoveryLinkJob = defineJob<{ given: string }>()('send-recovery-link', { maxAttempts: 5 });
export const sealAuditJob = defineJob<Record<string, never>>()('seal-audit', { maxAttempts: 3 });
export const sweepAccountsJob = defineJob<Record<string, never>>()('sweep-accounts', { maxAttempts: 3 });
