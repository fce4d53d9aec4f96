import { type Sql, sql } from '../platform/db/index.ts';

/**
 * What a text may mean, as SQL over one text. Whether it is that depends on its column and on the indicator: a text is
 * read in every way it can be, and `derive-store.ts` chooses. The patterns are those of monitoring §7.5 and §7.6. `offset 0`
 * keeps the planner from putting each reading where it is used: there are dozens of uses (measured: 20 s instead of 0.02 s).
 */

const exponent = '([eE][-+]?[0-9]{1,2})?';
const grouped = (separator: string) => `[0-9]{1,3}(${separator}[0-9]{3})+`;
const whole = (mark: string) => `([0-9]+|${grouped(mark)}|${grouped(' ')}|${grouped("'")})`;
const pointPattern = `^[-+]?(${whole(',')}(\\.[0-9]*)?|\\.[0-9]+)${exponent}$`;
const commaPattern = `^[-+]?(${whole('\\.')}(,[0-9]*)?|,[0-9]+)${exponent}$`;
/** Longer digits are no measurement, and would be no number for clients. */
const maxNumberLength = 40;

const missingWords = ['', 'nan', 'na', 'n/a', '-', '–', '—'];

/** Further words for nothing, as a document declares them in one text: lower case, an array. */
export const declaredMissing = (declared: Sql): Sql => sql`
  array(select lower(btrim(w)) from unnest(case when ${declared} like '[%' then array(select jsonb_array_elements_text(${declared}::jsonb))
    else string_to_array(${declared}, ',') end) w)`;

/**
 * (said, is_missing, has_percent, point, comma): the text without outer blanks; its number with a decimal point, and with a
 * decimal comma, where it is one.
 */
export function numberReading(text: Sql, missing: readonly string[]): Sql {
  return sql`
    select t.said, b.has_percent, lower(t.said) = any(${[...missingWords, ...missing]}::text[]) as is_missing,
      case when b.fits and b.body ~ ${pointPattern} then translate(b.body, ', ''+', '')::numeric end as point,
      case when b.fits and b.body ~ ${commaPattern} then translate(b.body, ',. ''+', '.')::numeric end as comma
    from (select btrim(translate(coalesce(${text}, ''), U&'\\00a0\\202f\\2009\\2212\\2019' || chr(9) || chr(10) || chr(13), '   -''   ')) as said offset 0) t
    cross join lateral (select right(t.said, 1) = '%' as has_percent,
      case when right(t.said, 1) = '%' then btrim(left(t.said, -1)) else t.said end as body,
      t.said ~ '[0-9]' and length(t.said) <= ${maxNumberLength}::int as fits offset 0) b offset 0`;
}

/**
 * The decimal mark of a column `c` of an indicator `i` where none is declared: the only one that fits every number, or of
 * whole numbers the one that leaves no fraction.
 */
export const foundMark: Sql = sql`case
    when c.point_only > 0 and c.comma_only = 0 then '.' when c.comma_only > 0 and c.point_only = 0 then ','
    when i.data_format = 'int' and c.point_fractions = 0 and c.comma_fractions > 0 then '.'
    when i.data_format = 'int' and c.comma_fractions = 0 and c.point_fractions > 0 then ',' end`;

/** What may follow a day and is passed over: with anything else it is not this day, `2020-01-01 to 2020-01-31` among it. */
const zone = '( ?(Z|UTC|GMT|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?))?';
export const timeOfDay = `[T ](([01]?[0-9]|2[0-3]):[0-5][0-9](:([0-5][0-9]|60)([.,][0-9]+)?)?${zone}|(0?[1-9]|1[0-2]):[0-5][0-9](:[0-5][0-9])? ?[AP]M)`;

/** Values that are days are numbers of eight digits everywhere, also those entered by hand. */
export const firstYearOfValues = 1000;

/**
 * (iso, year_first, day_first, month_first, short_year): the day as YYYYMMDD in each order it can be read in. With a year
 * of two digits only a declared order counts.
 */
export function dayReading(text: Sql, firstYear = 1): Sql {
  const day = (year: Sql, month: Sql, of: Sql) => dayOf(firstYear, year, month, of);
  return sql`
    select case when t.said ~* ${`^[0-9]{4}-[0-9]{2}-[0-9]{2}(${timeOfDay})?$`} then ${day(sql`left(t.said, 4)`, sql`substr(t.said, 6, 2)`, sql`substr(t.said, 9, 2)`)}
        when t.said ~ '^[0-9]{8}$' then ${day(sql`left(t.said, 4)`, sql`substr(t.said, 5, 2)`, sql`substr(t.said, 7, 2)`)} end as iso,
      case when length(p.parts[1]) = 4 then ${day(sql`p.parts[1]`, sql`p.parts[2]`, sql`p.parts[3]`)}
        when length(p.parts[1]) <= 2 and length(p.parts[3]) <= 2 then ${day(century(sql`p.parts[1]`), sql`p.parts[2]`, sql`p.parts[3]`)} end as year_first,
      case when length(p.parts[3]) = 4 then ${day(sql`p.parts[3]`, sql`p.parts[2]`, sql`p.parts[1]`)}
        when length(p.parts[3]) = 2 or length(p.parts[3]) = 1 then ${day(century(sql`p.parts[3]`), sql`p.parts[2]`, sql`p.parts[1]`)} end as day_first,
      case when length(p.parts[3]) = 4 then ${day(sql`p.parts[3]`, sql`p.parts[1]`, sql`p.parts[2]`)}
        when length(p.parts[3]) = 2 or length(p.parts[3]) = 1 then ${day(century(sql`p.parts[3]`), sql`p.parts[1]`, sql`p.parts[2]`)} end as month_first,
      coalesce(length(p.parts[1]) <= 2 and length(p.parts[3]) <= 2, false) as short_year
    from (select btrim(coalesce(${text}, '')) as said offset 0) t
    cross join lateral (select regexp_match(t.said, '^([0-9]{1,4})[-./ ]([0-9]{1,2})[-./ ]([0-9]{1,4})$') as parts offset 0) p offset 0`;
}

/** As POSIX has it: 69 to 99 are of the last century. */
const century = (year: Sql): Sql => sql`(case when ${year}::int < 69 then 2000 else 1900 end + ${year}::int)::text`;

/** YYYYMMDD, or null for a day no calendar has. */
const dayOf = (firstYear: number, year: Sql, month: Sql, of: Sql): Sql => sql`
  case when ${year}::int between ${firstYear}::int and 9999 and ${month}::int between 1 and 12 and ${of}::int between 1 and
      case when ${month}::int in (4, 6, 9, 11) then 30 when ${month}::int <> 2 then 31
        when ${year}::int % 4 = 0 and (${year}::int % 100 <> 0 or ${year}::int % 400 = 0) then 29 else 28 end
    then ${year}::int * 10000 + ${month}::int * 100 + ${of}::int end`;
