/** The addresses that may be opened with a download token: those that answer with data. */
const downloads =
  /^(?:\/compat\/seedcase)?\/api\/(?:download_file(?:\.[a-z]+)?|get_data)$|^\/api\/v1\/dataset\/[^/]+\/(?:revision\/\d+\/)?(?:data(?:\.[a-z]+)?|file|facets|statistics|datapackage\.json)$|^\/api\/v1\/project\/[^/]+\/data\.zip$|^\/api\/v1\/upload\/[^/]+\/(?:issues(?:\.[a-z]+)?|file|rejects)$/;

export const isDownloadPath = (path: string): boolean => downloads.test(path);

/** A query as compared: sorted pairs, without the token itself. Order means nothing, every value does. */
export function canonicalQuery(query: string): string {
  const pairs = [...new URLSearchParams(query)].filter(([name]) => name !== 'auth_token');
  pairs.sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : x > y ? 1 : 0) : a < b ? -1 : 1));
  return new URLSearchParams(pairs).toString();
}

/** Path and query of a request as they stand in its first line; a trailing slash means nothing. */
export function splitUrl(url: string): { path: string; query: string } {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  return { path: path.length > 1 ? path.replace(/\/$/, '') : path, query: at < 0 ? '' : url.slice(at + 1) };
}
