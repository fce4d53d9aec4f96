import type { Context } from '../../platform/context.ts';
import { type Sql, sql } from '../../platform/db/index.ts';
import type { Grouping } from '../pure/groupings.ts';
import type { Kind } from '../pure/kinds.ts';
import { cellOf, type Lineage, type LineageInput, lineageUrl, type Question, urlOf } from './lineage.ts';
import { flagsOf, formulaText, kindOf } from './pure/lineage.ts';
import { definitionOf, groupValues, membersOfGroup } from './store.ts';
import { expanded } from './trace-cells.ts';

export interface GroupPlace {
  kind: Kind;
  indicatorId: number;
  locationId: number;
  grouping: Grouping;
  /** `time_grouping` as lists show it. */
  label: string;
  /** First and last day of the request, which may cut a group short. */
  from: string | undefined;
  to: string | undefined;
}

/** Where the value of a group of periods comes from: its days or campaigns, or the groups of its components. */
export async function traceGroup(context: Context, group: GroupPlace, question: Question): Promise<Lineage> {
  const { db } = context;
  const definition = await definitionOf(db, group.indicatorId);
  const { components } = definition;
  const ids = [group.indicatorId, ...components.map((one) => one.indicatorId)];
  const query = {
    kind: group.kind,
    indicatorIds: [...new Set(ids)],
    places: [sql`a.location_id = ${group.locationId}::int`],
    periods: periodsOf(group),
    mode: 'mixed' as const,
  };
  const values = new Map(
    (await groupValues(db, query, group.grouping, group.label)).map((one) => [one.indicatorId, one]),
  );
  const own = values.get(group.indicatorId);
  const brief = (indicatorId: number, kind: string) => ({
    cell: { indicator_id: indicatorId, location_id: group.locationId, time_grouping: shownLabel(group) },
    value: values.get(indicatorId)?.value ?? null,
    kind: values.has(indicatorId) ? kind : 'none',
    flags: flagsOf(values.get(indicatorId)?.marks ?? 0),
    lineage: lineageUrl(queryOf({ ...group, indicatorId })),
  });
  const told = { definition_version: definition.definitionVersion };
  const isCalculated = components.length > 0 && ((own?.marks ?? 4) & 4) !== 0;
  if (isCalculated) {
    const inputs = components.map(({ role, indicatorId, shortName }) => ({
      role,
      indicator: shortName,
      ...brief(indicatorId, 'grouped'),
    }));
    return { ...brief(group.indicatorId, 'calculated'), ...told, formula: formulaText(components), inputs };
  }
  return {
    ...brief(group.indicatorId, 'grouped'),
    ...told,
    operator: definition.operator,
    ...(await members(context, group, question)),
  };
}

async function members(context: Context, group: GroupPlace, question: Question): Promise<object> {
  const { after, limit } = question;
  const place = { kind: group.kind, indicatorId: group.indicatorId, locationId: group.locationId };
  const found = await membersOfGroup(
    context.db,
    place,
    { grouping: group.grouping, label: group.label, periods: periodsOf(group) },
    { after, limit: limit + 1 },
  );
  const shown = found.inputs.slice(0, limit);
  const places = shown.map((input) => ({ ...place, period: input.period }));
  const whole = await expanded(context, group.kind, places, question);
  const inputs = shown.map((input, n): LineageInput => {
    const at = places[n]!;
    const brief = {
      cell: cellOf(at),
      id: input.id,
      value: input.value,
      kind: kindOf(input),
      flags: flagsOf(input.marks),
      lineage: urlOf(at, input.id),
    };
    return whole[n] ?? brief;
  });
  return {
    inputs,
    inputs_total: found.total,
    next: found.inputs.length > limit ? question.cursorOf(shown.at(-1)!.n) : null,
  };
}

/** Years and "all time" are numbers in lists. */
const shownLabel = ({ grouping, label }: GroupPlace) =>
  grouping === 'year' || grouping === 'all_time' ? Number(label) : label;

function queryOf({ indicatorId, locationId, label, from, to }: GroupPlace): object {
  return {
    indicator_id: indicatorId,
    location_id: locationId,
    time_grouping: label,
    ...(from === undefined ? {} : { start_date: from }),
    ...(to === undefined ? {} : { end_date: to }),
  };
}

function periodsOf({ kind, from, to }: GroupPlace): Sql[] {
  if (from === undefined && to === undefined) return [];
  const day =
    kind === 'date' ? sql`a.data_date` : sql`(select pc.start_date from campaign pc where pc.id = a.campaign_id)`;
  return [
    sql`${day} between coalesce(${from ?? null}::date, '-infinity') and coalesce(${to ?? null}::date, 'infinity')`,
  ];
}
