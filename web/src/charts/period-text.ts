import type { Campaign, CampaignType } from '../api/campaigns.ts';
import type { Cell } from '../api/values.ts';
import { day } from '../ui/format.ts';
import { tellApart } from './tell-apart.ts';

/** Two types may each have a campaign of one name, and one type two that began on different days. */
export function campaignNames(campaigns: readonly Campaign[], types: readonly CampaignType[]): Map<number, string> {
  const typeOf = new Map(types.map(({ id, name }) => [id, name]));
  const type = ({ campaign_type_id: id }: Campaign) => typeOf.get(id) ?? `type ${id}`;
  const begin = ({ start_date }: Campaign) => day(start_date);
  return tellApart(campaigns, type, begin, (one) => `${type(one)}, ${begin(one)}`);
}

/** The campaign's name, a day, or a group of days as people say it. */
export function periodText(cell: Cell, campaigns: ReadonlyMap<number, string>): string {
  if (cell.campaign_id != null) return campaigns.get(cell.campaign_id) ?? `campaign ${cell.campaign_id}`;
  if (cell.data_date != null) return day(cell.data_date);
  return groupText(String(cell.time_grouping ?? ''));
}

/** `201503` is March 2015, `20151` its first quarter, `1` all of time; weeks, days and years stay as they are. */
export function groupText(group: string): string {
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

/** What the period is told apart by. */
export const periodKey = ({ campaign_id, data_date, time_grouping }: Cell): string =>
  campaign_id != null ? `campaign ${campaign_id}` : String(data_date ?? time_grouping ?? '');

/** The calendar day of a value, where it is of one. */
export const dayOf = ({ data_date, time_grouping }: Cell): string | undefined =>
  [data_date, time_grouping].map(String).find((text) => /^\d{4}-\d{2}-\d{2}$/.test(text));
