/** Where a browser may go after signing in: a path of ours, or a page of a listed origin; anything else is our start page. */
export function loginTarget(next: string | undefined, allowedOrigins: readonly string[]): string {
  if (next === undefined) return '/';
  if (isLocalPath(next)) return next;
  if (!URL.canParse(next)) return '/';
  const url = new URL(next);
  return /^https?:$/.test(url.protocol) && allowedOrigins.includes(url.origin) ? url.toString() : '/';
}

/** `//evil.example` and `/\evil.example` are addresses of other hosts to a browser. */
export function isLocalPath(next: string): boolean {
  return /^\/(?![/\\])[^\s\\]*$/.test(next);
}
