/** The first line of a text file, as names of columns; nothing of a workbook, whose columns only the server can read. */
export async function readHeader(file: File): Promise<string[]> {
  if (!/\.(csv|tsv|txt)$/i.test(file.name)) return [];
  const [line = ''] = (await file.slice(0, 64_000).text()).replace(/^\ufeff/, '').split(/\r?\n/);
  const delimiter = ['\t', ';', ','].find((one) => line.includes(one)) ?? ',';
  return [...new Set(line.split(delimiter).map((name) => name.trim().replace(/^"|"$/g, '')))].filter(Boolean);
}

const usual: Record<string, RegExp> = {
  location_column: /^(geocode|location_code|location|place_code|place|district|code)$/i,
  campaign_column: /^(campaign|campaign_name|round|period)$/i,
  date_column: /^(data_date|date|day)$/i,
};

/** The column that most likely has the role, by its name. */
export const proposed = (role: string, header: readonly string[]): string | null =>
  header.find((name) => usual[role]?.test(name)) ?? null;
