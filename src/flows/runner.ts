import type { Context } from '../platform/context.ts';
import { AppError } from '../platform/errors/index.ts';
import { operatorFetcher, withScheme } from './flow-fetcher.ts';

/** Are pipelines worked on by somebody else, who reports through `POST /source/update`? */
export function runsElsewhere({ config }: Context): boolean {
  return config.flowRunner === 'external' || (config.flowRunner === 'auto' && config.dppUrl !== undefined);
}

/** Tells the runner that there is something new; the words of row 8 (contract §2.3) when it does not hear. */
export async function refreshRunner(context: Context): Promise<string | undefined> {
  const { dppUrl } = context.config;
  if (dppUrl === undefined || !runsElsewhere(context)) return undefined;
  const base = withScheme(dppUrl);
  const failed = 'Failed to refresh pipelines status';
  try {
    const url = `${base}${base.endsWith('/') ? '' : '/'}api/refresh`;
    const answer = await operatorFetcher(context).fetch(url, { maxBytes: 1024 * 1024, totalMs: 10_000 });
    answer.body.on('error', () => {}).destroy();
    return answer.status === 200 ? undefined : failed;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    context.log.warn({ err: error }, 'the runner of flows was not reached');
    return failed;
  }
}
