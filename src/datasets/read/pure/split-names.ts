export interface ListedName {
  name: string;
  minus: boolean;
}

/** `a,-b,"c,d"`: names with a comma, a quote or a leading minus stand in double quotes. */
export function splitNames(text: string): ListedName[] {
  return [...text.matchAll(/\s*(-?)(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/gu)]
    .map(([, minus, inQuotes, bare]) => ({
      name: inQuotes === undefined ? (bare ?? '').trim() : inQuotes.replaceAll('""', '"'),
      minus: minus === '-',
    }))
    .filter(({ name }) => name !== '');
}
