import type { Pool } from 'pg';
import type { Master } from '../api/permissions/cast.ts';

/** One of everything, straight into the database: it is only there to be read and written to. */
export async function makeMasterData(pool: Pool, name: string, userId: string): Promise<Master> {
  const { rows } = await pool.query<Master>(
    `with
      t as (insert into location_type (name, admin_level) values ($1 || ' unused', 1), ($1 || ' used', 1) returning id, name),
      l as (insert into location (name, location_code, location_type_id)
        select n, n, (select id from t where name like '% used') from unnest(array[$1 || ' plain', $1 || ' shaped']) n returning id, name),
      p as (insert into location_polygon (location_id, geo_json, west, south, east, north, bytes)
        select id, '{"type":"Point","coordinates":[1,2]}', 1, 2, 1, 2, 40 from l where name like '% shaped' returning location_id),
      r as (insert into location_responsibility (user_id, top_lvl_location_id, "right")
        select u.number, p.location_id, 'capture' from p, "user" u where u.id = $2 returning id),
      i as (insert into indicator (name, short_name, data_format)
        select n, n, 'int' from unnest(array[$1 || ' free', $1 || ' component', $1 || ' whole']) n returning id, name),
      b as (insert into indicator_bound (indicator_id) select id from i where name like '% component' returning id),
      g as (insert into indicator_tag (tag_name) values ($1 || ' free'), ($1 || ' used') returning id, tag_name),
      gi as (insert into indicator_to_tag (indicator_id, indicator_tag_id)
        select i.id, g.id from i, g where i.name like '% whole' and g.tag_name like '% used' returning id),
      c as (insert into indicator_calculation (indicator_id, indicator_component_id, calculation)
        select w.id, p.id, 'PART_TO_BE_SUMMED' from i w, i p where w.name like '% whole' and p.name like '% component' returning id),
      ct as (insert into campaign_type (name) values ($1 || ' unused'), ($1 || ' used') returning id, name),
      ca as (insert into campaign (name, campaign_type_id, start_date, end_date)
        select $1, id, '2020-01-01', '2020-02-01' from ct where name like '% used' returning id),
      ch as (insert into custom_chart (uuid, title, chart_json) values ($1, $1, '{}') returning id),
      d as (insert into custom_dashboard (title) values ($1) returning id)
    select (select id from t where name like '% unused') as "locationType", (select id from t where name like '% used') as "locationType2",
      (select id from l where name like '% plain') as location, (select id from l where name like '% shaped') as "shapedLocation",
      (select id from r) as responsibility, (select id from i where name like '% free') as indicator,
      (select id from i where name like '% component') as component, (select id from i where name like '% whole') as whole,
      (select id from b) as bound, (select id from g where tag_name like '% free') as tag, (select id from gi) as "toTag",
      (select id from c) as calculation, (select id from ct where name like '% unused') as "campaignType",
      (select id from ct where name like '% used') as "campaignType2", (select id from ca) as campaign,
      (select id from ch) as chart, (select id from d) as dashboard`,
    [name, userId],
  );
  const master = rows[0]!;
  const tree = await pool.query<{ id: string }>('select id from location_tree where location_id = $1', [
    master.location,
  ]);
  const values = await makeValues(pool, name, userId, master.shapedLocation);
  const document = await makeDocument(pool, name, values, master.shapedLocation);
  return { ...master, ...values, ...document, tree: Number(tree.rows[0]!.id) };
}

type Values = Pick<
  Master,
  'value' | 'dateValue' | 'datapoint' | 'valueIndicator' | 'valueIndicator2' | 'dateIndicator' | 'valueCampaign'
>;

/** An entry in a campaign and one of a day, with indicators and a campaign of their own, and what readers see of them. */
async function makeValues(pool: Pool, name: string, userId: string, place: number): Promise<Values> {
  const { rows } = await pool.query<Values>(
    `with
      i as (insert into indicator (name, short_name, data_format, resource_name)
        select n, n, 'int', case when n like '% day' then 'date' else 'campaign' end
        from unnest(array[$1 || ' value', $1 || ' second', $1 || ' day']) n returning id, name),
      ct as (insert into campaign_type (name) values ($1 || ' of values') returning id),
      c as (insert into campaign (name, campaign_type_id, start_date, end_date)
        select $1 || ' of values', id, '2019-01-01', '2019-01-02' from ct returning id),
      d as (insert into datapoint (indicator_id, location_id, campaign_id, data_date, value, origin, ranked_at, entered_by)
        select i.id, $3, case when i.name like '% value' then c.id end, case when i.name like '% day' then date '2020-01-01' end,
          1, 'entry', now(), $2 from i, c where i.name not like '% second' returning *),
      a as (insert into aggregate (indicator_id, location_id, campaign_id, value, marks, branches_with_value, branches, datapoint_id, definition_version)
        select indicator_id, location_id, campaign_id, value, 1, 1, 1, id, 1 from d where campaign_id is not null returning id),
      da as (insert into date_aggregate (indicator_id, location_id, data_date, value, marks, branches_with_value, branches, datapoint_id, definition_version)
        select indicator_id, location_id, data_date, value, 1, 1, 1, id, 1 from d where data_date is not null returning id)
    select (select id from a)::int as value, (select id from da)::int as "dateValue",
      (select id from d where campaign_id is not null)::int as datapoint, (select id from i where name like '% value') as "valueIndicator",
      (select id from i where name like '% second') as "valueIndicator2", (select id from i where name like '% day') as "dateIndicator",
      (select id from c) as "valueCampaign"`,
    [name, userId, place],
  );
  return rows[0]!;
}

type DocumentIds = Pick<
  Master,
  'document' | 'submission' | 'issue' | 'detail' | 'detailType' | 'usedDetailType' | 'documentValue' | 'mapping'
>;

/** A document with one of everything a document has. */
async function makeDocument(pool: Pool, name: string, values: Values, place: number): Promise<DocumentIds> {
  const { rows } = await pool.query<DocumentIds>(
    `with
      ds as (insert into dataset (id, project_id, name) values (gen_random_uuid(), gen_random_uuid(), 'documents') returning id),
      d as (insert into source_doc (guid, doc_title, file_type, file_name, media_type, sha256, bytes, dataset_id, revision)
        select gen_random_uuid(), $1, 'campaign', 'x.csv', 'text/csv', '', 0, id, 1 from ds returning id, dataset_id),
      s as (insert into source_submission (id, document_id, instance_guid, row_number, cells, location_id)
        select id::bigint * 10000000 + 1, id, 'x', 1, '{}', $4 from d returning id),
      i as (insert into document_issue (document_id, row_number, location_id, severity, code, message, cells)
        select id, 1, $4, 'error', 'not_a_number', 'x', 1 from d returning id),
      t as (insert into doc_detail_type (name) values ($1 || ' free'), ($1 || ' used') returning id, name),
      dd as (insert into doc_detail (document_id, doc_detail_type_id, doc_detail_value)
        select d.id, t.id, 'x' from d, t where t.name like '% used' returning id),
      p as (insert into datapoint (indicator_id, location_id, campaign_id, value, origin, ranked_at, dataset_id, revision, document_id, source_row, source_column)
        select $2, $4, $3, 2, 'document', now(), dataset_id, 1, id, 1, 'x' from d returning id),
      m as (insert into source_object_map (content_type, source_object_code) values ('indicator', $1) returning id)
    select (select id from d) as document, (select id from s)::float8 as submission, (select id from i)::int as issue,
      (select id from dd) as detail, (select id from t where name like '% free') as "detailType",
      (select id from t where name like '% used') as "usedDetailType", (select id from p)::int as "documentValue",
      (select id from m) as mapping`,
    [name, values.valueIndicator, values.valueCampaign, place],
  );
  return rows[0]!;
}
