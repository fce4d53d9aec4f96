import type { Config } from '../config/index.ts';
import { createFetcher, type Fetcher } from './fetcher.ts';

/** A fetcher under the installation's exceptions, for one piece of work; its connections end with it. */
export async function withFetcher<T>(
  config: Pick<Config, 'allowHosts' | 'fetchAllow'>,
  work: (fetcher: Fetcher) => Promise<T>,
): Promise<T> {
  const fetcher = createFetcher({ allow: [...config.allowHosts, ...config.fetchAllow] });
  try {
    return await work(fetcher);
  } finally {
    await fetcher.close();
  }
}
