/**
 * A URL as it may stand in logs, errors and states: without user and password, and without the values of parameters
 * that are, or sign for, a secret. Text that is no URL loses everything that looks like user and password.
 */
export function redactUrl(text: string): string {
  if (!URL.canParse(text)) return redactUnparsed(text);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    url.username = '***';
    url.password = '';
  }
  url.search = redactQuery(url.search.slice(1));
  if (/=/.test(url.hash)) url.hash = redactQuery(url.hash.slice(1));
  return url.href;
}

/** Every URL inside a longer text, such as a message of a library. */
export const redactUrls = (text: string): string => text.replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, redactUrl);

function redactUnparsed(text: string): string {
  const [rest = '', ...query] = text.replace(/\/\/[^/]*@/, '//***@').split('?');
  return [rest, ...query.map(redactQuery)].join('?');
}

const redactQuery = (query: string) =>
  query
    .split('&')
    .map((pair) => {
      const name = pair.split('=', 1)[0] as string;
      return secretName.test(decoded(name)) && pair.length > name.length ? `${name}=***` : pair;
    })
    .join('&');

/** Also X-Amz-Signature, X-Amz-Credential, X-Goog-Signature, and the `sig` of Azure. */
const secretName = /token|key|secret|sig$|signature|pass|pwd|auth|credential|jwt|session|(^|[_-])(code|hash|hmac)$/i;

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
