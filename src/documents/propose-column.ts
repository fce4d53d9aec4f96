import type { Revision } from '../datasets/index.ts';
import type { Context } from '../platform/context.ts';
import { sql } from '../platform/db/index.ts';
import { timeOfDay } from './cell-sql.ts';
import { lookedColumns, textsOf } from './first-rows.ts';
import type { NeededRole } from './pure/column-roles.ts';

/** So much of a file is looked at: what is a place in these rows is one in the others. */
const lookedRows = 1000;

/**
 * The column whose cells say what no column is called: known codes or names of places, names of campaigns, days. Undefined
 * where of no column at least half of its different texts do. A proposal: whoever sent the file confirms it.
 */
export async function proposeColumn(
  context: Context,
  revision: Revision,
  role: NeededRole,
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const fields = revision.schema.fields.slice(0, lookedColumns);
  const texts = await textsOf({ context, revision, folder, signal }, lookedRows);
  const isKnown = {
    location: sql`exists (select 1 from location l where l.location_code = t.text or l.name = t.text)`,
    campaign: sql`exists (select 1 from campaign p where p.name = t.text)`,
    date: sql`t.text ~* ${`^([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.]([0-9]{2}|[0-9]{4}))(${timeOfDay})?$`}`,
  }[role];
  const found = await context.db.maybe<{ position: number }>(sql`
    select t.position from unnest(${texts.map(({ position }) => position)}::int[], ${texts.map(({ text }) => text)}::text[]) t (position, text)
    group by t.position having 2 * count(*) filter (where ${isKnown}) >= count(*)
    order by count(*) filter (where ${isKnown})::float8 / count(*) desc, t.position limit 1`);
  return found === undefined ? undefined : fields[found.position - 1]!.name;
}
