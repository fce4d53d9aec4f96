import type { Context } from '../../platform/context.ts';
import { unseal } from '../../platform/crypto/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { withFetcher } from '../../platform/fetch/index.ts';
import { nextPause } from './pure/next-pause.ts';
import { signBody } from './pure/sign-body.ts';
import { type Delivery, findWaitingDelivery, recordAttempt } from './store.ts';

/** At least once: a crash between the receiver's yes and our mark tells it again, under the same event id. */
export async function deliverWebhook(context: Context, { deliveryId }: { deliveryId: string }): Promise<void> {
  const delivery = await findWaitingDelivery(context.db, deliveryId);
  if (delivery === undefined) return;
  const attempts = delivery.attempts + 1;
  const outcome = await send(context, delivery);
  await recordAttempt(context.db, deliveryId, {
    ...outcome,
    attempts,
    pause: outcome.error === null ? undefined : nextPause(attempts),
  });
}

const answerSeconds = 15;
/** The answer is not looked at beyond its status. */
const maxAnswerBytes = 1_000_000;

async function send(
  context: Context,
  { url, sealedSecret, body, event, eventId }: Delivery,
): Promise<{ status: number | null; error: string | null }> {
  const secret = unseal(context.secretFor('webhooks'), Buffer.from(sealedSecret, 'base64'));
  if (secret === undefined) return { status: null, error: 'the secret was sealed with another GRANARY_SECRET' };
  const text = JSON.stringify({ id: eventId, event, ...body });
  const unixSeconds = Math.floor(context.now().getTime() / 1000);
  try {
    return await withFetcher(context.config, async (fetcher) => {
      const answer = await fetcher.fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'granary-event': event,
          'granary-delivery': eventId,
          'granary-signature': signBody(secret, unixSeconds, text),
        },
        body: text,
        maxBytes: maxAnswerBytes,
        maxRedirects: 0,
        totalMs: answerSeconds * 1000,
      });
      answer.body.on('error', () => {}).destroy();
      const { status } = answer;
      return { status, error: status >= 200 && status < 300 ? null : `answered ${status}` };
    });
  } catch (error) {
    if (error instanceof AppError) return { status: null, error: error.message };
    throw error;
  }
}
