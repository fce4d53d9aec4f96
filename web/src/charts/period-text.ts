import type { Campaign } from '../api/campaigns.ts';
import type { Cell } from '../api/values.ts';
import { day } from '../ui/format.ts';

/** The campaign's name, a day, or a group of days as people say it. */
export function periodText(cell: Cell, campaigns: ReadonlyMap<number, Campaign>): string {
  if (cell.campaign_id != null) return campaigns.get(cell.campaign_id)?.name ?? `campaign ${cell.campaign_id}`;
  if (cell.data_date != null) return day(cell.data_date);
  const group = String(cell.time_grouping ?? '');
  if (group === '1') return 'all time';
  const [, year, month] = /^(\d{4})(\d{2})$/.exec(group) ?? [];
  if (month !== undefined) {
    return new Intl.DateTimeFormat('en', { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
      new Date(Date.UTC(Number(year), Number(month) - 1, 1)),
    );
  }
  const [, of, quarter] = /^(\d{4})(\d)$/.exec(group) ?? [];
  return quarter === undefined ? group : `Q${quarter} ${of}`;
}

/** The calendar day of a value, where it is of one. */
export const dayOf = ({ data_date, time_grouping }: Cell): string | undefined =>
  [data_date, time_grouping].map(String).find((text) => /^\d{4}-\d{2}-\d{2}$/.test(text));
