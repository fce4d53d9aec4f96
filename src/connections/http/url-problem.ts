import type { Problem } from '../connector.ts';

/** What every address of a connection must be: credentials belong into the secrets. */
export function urlProblem(url: unknown): Problem | undefined {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    return { pointer: '/url', message: 'url must be an http or https address' };
  if (parsed.username !== '' || parsed.password !== '')
    return { pointer: '/url', message: 'user and password belong into username and secrets, not into the url' };
  return undefined;
}
