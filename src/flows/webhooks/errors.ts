import { AppError } from '../../platform/errors/index.ts';
import { webhookEvents } from './queue-deliveries.ts';

const refusal = (code: string, field: string, message: string, hint?: string) =>
  new AppError(400, code, message, {
    errors: [{ pointer: `/${field}`, code, message }],
    ...(hint === undefined ? {} : { hint }),
  });

export const invalidWebhookUrl = () => refusal('invalid_webhook_url', 'url', 'url must be an http or https address');
export const eventsUnknown = (unknown: unknown[]) =>
  refusal(
    'unknown_event',
    'events',
    unknown.length === 0 ? 'events must name at least one event' : `there is no event ${JSON.stringify(unknown[0])}`,
    `Events: ${webhookEvents.join(', ')}`,
  );
export const secretTooShort = (length: number) =>
  refusal('secret_too_short', 'secret', `secret must have at least ${length} characters`);
