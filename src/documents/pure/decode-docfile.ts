/** A file sent inside JSON: base64, or a data URI. Undefined: neither. */
export function decodeDocfile(given: unknown): { bytes: Buffer; mediaType: string } | undefined {
  if (typeof given !== 'string') return undefined;
  const uri = /^data:([^,;]*)((?:;[^,;]*)*),/i.exec(given.slice(0, 500));
  const mediaType = uri?.[1] || 'application/octet-stream';
  const content = uri === null ? given : given.slice(uri[0].length);
  if (uri !== null && !/;base64$/i.test(uri[2] ?? '')) {
    try {
      return { bytes: Buffer.from(decodeURIComponent(content), 'utf8'), mediaType };
    } catch {
      return undefined;
    }
  }
  const compact = content.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(compact)) return undefined;
  return { bytes: Buffer.from(compact, 'base64'), mediaType };
}
