/** The name a file gives its dataset when none is asked for: `Visits 2024 (final).csv.gz` → `visits-2024-final`. */
export function datasetNameOf(fileName: string): string {
  const stem = fileName
    .replace(/\.(gz|zip|zst)$/i, '')
    .replace(/(?<=.)\.[a-z0-9]{1,8}$/i, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 100);
  return stem === '' ? 'data' : stem;
}

export const isDatasetName = (name: string): boolean => /^[a-z0-9._-]{1,200}$/.test(name) && !/^\.+$/.test(name);
