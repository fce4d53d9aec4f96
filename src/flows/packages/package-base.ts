import type { Context } from '../../platform/context.ts';
import { urlHost } from '../../platform/http/index.ts';

/** What the addresses of packages begin with (contract §6.4). */
export function packageBaseOf({ config }: Context): string {
  const { baseUrl, host, port } = config;
  return `${(baseUrl ?? `http://${urlHost(host)}:${port}`).replace(/\/+$/, '')}/package`;
}
