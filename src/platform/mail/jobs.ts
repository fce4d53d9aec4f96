import { defineJob } from '../jobs/index.ts';

export const sendMailJob = defineJob<{ id: string }>()('send-mail', { maxAttempts: 12 });
