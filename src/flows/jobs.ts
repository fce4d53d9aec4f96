import { defineJob } from '../platform/jobs/index.ts';

/** Sends one event to one webhook; writes down what came of it and asks for the next attempt. */
export const deliverWebhookJob = defineJob<{ deliveryId: string }>()('deliver-webhook', { maxAttempts: 3 });
