/** `If-Match` and `If-None-Match` (RFC 9110 §13.1): a list of tags, or `*`. Weak ones compare by what they name. */
export function matchesTag(header: string, tag: string): boolean {
  if (header.trim() === '*') return true;
  const bare = (text: string) => text.trim().replace(/^W\//, '');
  return header.split(',').some((candidate) => bare(candidate) === bare(tag));
}
