/** What ids of a CSV of values mean, and where its lineage links lead. */
interface Meant {
  indicator: (id: number) => string;
  place: (id: number) => string;
  period: (campaign: number | null, day: string, group: string) => string;
  origin: string;
}

/**
 * The API's CSV of values with names before its ids, and links that lead somewhere outside of the server too. What is read of
 * it are ids and periods, which stand before anything that could have a comma in it.
 */
export function namedCsv(csv: string, meant: Meant): string {
  const [header = '', ...lines] = csv.split(/\r?\n/);
  const columns = header.split(',');
  const at = (cells: string[], name: string) => (columns.includes(name) ? (cells[columns.indexOf(name)] ?? '') : '');
  const named = lines
    .filter((line) => line !== '')
    .map((line) => {
      const cells = line.split(',');
      const campaign = at(cells, 'campaign_id');
      const names = [
        meant.indicator(Number(at(cells, 'indicator_id'))),
        meant.place(Number(at(cells, 'location_id'))),
        meant.period(campaign === '' ? null : Number(campaign), at(cells, 'data_date'), at(cells, 'time_grouping')),
      ];
      return `${names.map(quoted).join(',')},${line.replace(/,("?)(\/api\/[^,]*)$/, `,$1${meant.origin}$2`)}`;
    });
  return [`indicator,place,period,${header}`, ...named, ''].join('\r\n');
}

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Ids of one column. */
export function idsIn(csv: string, name: string): number[] {
  const [header = '', ...lines] = csv.split(/\r?\n/);
  const at = header.split(',').indexOf(name);
  return [...new Set(lines.filter((line) => line !== '').map((line) => Number(line.split(',')[at])))];
}
