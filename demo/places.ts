import { setTimeout as delay } from 'node:timers/promises';
import { tableText } from '../src/cli/index.ts';
import { documentCsv, placesCsv, shapesGeoJson, years } from './gapminder-places.ts';

export interface DemoTools {
  call<Body>(
    method: string,
    url: string,
    options?: { json?: unknown; body?: unknown; headers?: Record<string, string> },
  ): Promise<Body>;
  say(text?: string): void;
  seconds(since: number): string;
  indent(text: string): string;
}

interface List<Row> {
  objects: Row[];
}
interface Document {
  id: number;
  state: string;
  summary: { rows: number; cells: number; values: { new: number }; issues: Record<string, number> } | null;
}
interface Lineage {
  value: number;
  kind: string;
  formula?: string;
  indicator?: string;
  location?: string;
  lineage: string;
  inputs?: Lineage[];
  inputs_total?: number;
  source?: {
    doc_title: string | null;
    document_id: number;
    sha256: string | null;
    row: number;
    raw?: string;
    column?: string;
  };
}

/** Nothing here takes a minute, unless something is wrong. */
const patienceMs = 300_000;

/** Asks again until there is an answer. */
async function until<Result>(what: string, ask: () => Promise<Result | undefined>): Promise<Result> {
  for (const since = performance.now(); performance.now() - since < patienceMs; await delay(50)) {
    const result = await ask();
    if (result !== undefined) return result;
  }
  throw new Error(`${what} after ${patienceMs / 1000} s`);
}

const title = 'people-of-the-world.csv';

/** A tree of places, indicators with a ratio, a document to be mapped, the numbers of a map, and where one comes from. */
export async function placesAndValues(tools: DemoTools): Promise<void> {
  const { call, say, seconds, indent } = tools;
  const upsert = async <Row>(resource: string, objects: object[]): Promise<Row[]> =>
    (await call<List<Row>>('PUT', `/api/v1/${resource}/`, { json: { objects } })).objects;

  let since = performance.now();
  const text = { 'content-type': 'text/plain' };
  const tree = await call<{ meta: { total_count: number } }>('POST', '/api/v1/location/import', {
    body: placesCsv(),
    headers: text,
  });
  const shapes = await call<{ meta: { total_count: number } }>('POST', '/api/v1/geo/import', {
    body: shapesGeoJson(),
    headers: text,
  });
  const ids = await indicatorIds(upsert);
  const [type] = await upsert<{ id: number }>('campaign_type', [{ name: 'Gapminder year' }]);
  const campaigns = await upsert<{ id: number; name: string }>(
    'campaign',
    years.map((year) => ({
      name: String(year),
      campaign_type_id: type!.id,
      start_date: `${year}-01-01`,
      end_date: `${year}-12-31`,
    })),
  );
  say(
    `   ${tree.meta.total_count} places, ${shapes.meta.total_count} shapes, ${Object.keys(ids).length} indicators, ${campaigns.length} campaigns in ${seconds(since)}.`,
  );

  since = performance.now();
  const document = await sendDocument(tools);
  const { summary } = document;
  if (summary !== null) {
    const issues = Object.entries(summary.issues).map(([code, count]) => `${count} × ${code}`);
    say(
      `   ${title}: ${summary.rows} rows, ${summary.values.new} new values, ${issues.join(', ') || 'no issues'}, in ${seconds(since)}.`,
    );
  }
  const codes = await call<List<{ id: number; content_type: string; source_object_code: string; cells: number }>>(
    'GET',
    `/api/v1/source_object_map/?document_id=${document.id}&is_mapped=0`,
  );
  for (const one of codes.objects) {
    say(`   Nobody knows the ${one.content_type} '${one.source_object_code}' yet (${one.cells} cells).`);
  }
  const kids = codes.objects.find((one) => one.content_type === 'indicator');
  since = performance.now();
  if (kids !== undefined) {
    await call('PATCH', `/api/v1/source_object_map/${kids.id}/`, { json: { master_object_id: ids.children } });
  }
  const last = campaigns.find((one) => one.name === String(years.at(-1)))!.id;
  const shown = `indicator__in=${ids.people},${ids.life_expectancy},${ids.children}&campaign__in=${last}`;
  const world = await regionsOnceThere(tools, shown, ids.children!);
  if (kids !== undefined) say(`   Mapped to 'children', and in every region and the world after ${seconds(since)}.`);
  say();
  say(`   The map of ${years.at(-1)} (GET /api/v1/campaign_datapoint/?${shown}&location_type=Region&pivot=indicator):`);
  say();
  say(indent(tableText(world, ['place', 'people', 'life_expectancy', 'children'])));
  const map = await call<{ features: { properties: { value: number | null } }[] }>(
    'GET',
    `/api/v1/geo/?format=geojson&simplify=auto&location_type=Country&indicator_id=${ids.life_expectancy}&campaign_id=${last}`,
  );
  const coloured = map.features.filter((one) => one.properties.value !== null).length;
  say(`   ${coloured} of ${map.features.length} countries on the map have a colour.`);
  say();
  await whereFrom(tools, ids.life_expectancy!, last);
}

async function indicatorIds(
  upsert: <Row>(resource: string, objects: object[]) => Promise<Row[]>,
): Promise<Record<string, number>> {
  interface Indicator {
    id: number;
    short_name: string;
  }
  const counted = [
    { short_name: 'people', name: 'People', data_format: 'int' },
    { short_name: 'life_years', name: 'Years of life ahead at birth, all people together', data_format: 'int' },
    { short_name: 'life_expectancy', name: 'Life expectancy', data_format: 'float', unit: 'years' },
  ];
  const made = await upsert<Indicator>('indicator', counted);
  const ids = Object.fromEntries(made.map((one) => [one.short_name, one.id]));
  const weighed = {
    short_name: 'children',
    name: 'Children per woman',
    data_format: 'float',
    aggregation: 'weighted_mean',
    weight_indicator_id: ids.people,
  };
  const [children] = await upsert<Indicator>('indicator', [weighed]);
  const roles = [
    ['life_years', 'NUMERATOR'],
    ['people', 'DENOMINATOR'],
  ] as const;
  await upsert(
    'indicator_calculation',
    roles.map(([part, calculation]) => ({
      indicator_id: ids.life_expectancy,
      indicator_component_id: ids[part],
      calculation,
    })),
  );
  return { ...ids, children: children!.id };
}

/** A second run finds the document of the first. */
async function sendDocument({ call }: DemoTools): Promise<Document> {
  const known = await call<List<Document>>('GET', `/api/v1/source_doc/?doc_title=${title}`);
  const sent =
    known.objects[0] ??
    (await call<Document>('POST', '/api/v1/source_doc/', {
      json: {
        doc_title: title,
        file_type: 'campaign',
        docfile: Buffer.from(documentCsv()).toString('base64'),
        thousands: ',',
      },
    }));
  return await until('the document is not processed', async () => {
    const now = await call<Document>('GET', `/api/v1/source_doc/${sent.id}/`);
    if (now.state === 'failed') throw new Error(`the document failed: ${JSON.stringify(now.summary)}`);
    return now.state === 'processed' || now.state === 'mapping' ? now : undefined;
  });
}

/** The world and its regions, a column an indicator; a mapping is derived in the background. */
async function regionsOnceThere({ call }: DemoTools, shown: string, children: number) {
  const rows = async (places: string) =>
    (
      await call<List<Record<string, number | null>>>(
        'GET',
        `/api/v1/campaign_datapoint/?${shown}&${places}&pivot=indicator`,
      )
    ).objects;
  const [people, life, kids] = /indicator__in=([\d,]+)/.exec(shown)![1]!.split(',') as [string, string, string];
  return await until('the mapped values are not there', async () => {
    const found = [...(await rows('location_type=World')), ...(await rows('location_type=Region'))];
    if (!found.every((one) => one[children] !== null)) return undefined;
    const { objects } = await call<List<{ id: number; name: string }>>('GET', '/api/v1/location/');
    const names = new Map(objects.map((one) => [one.id, one.name]));
    return found.map((one) => ({
      place: names.get(one.location_id!),
      people: one[people]!.toLocaleString('en'),
      life_expectancy: one[life]!.toFixed(1),
      children: one[kids]!.toFixed(2),
    }));
  });
}

/** One number of the map, followed down to the row of the file. */
async function whereFrom({ call, say }: DemoTools, indicatorId: number, campaignId: number): Promise<void> {
  const { objects } = await call<List<{ id: number }>>('GET', '/api/v1/location/?location_code=world');
  const since = performance.now();
  const lineage = await call<Lineage>(
    'GET',
    `/api/v1/datapoint/lineage?indicator_id=${indicatorId}&location_id=${objects[0]!.id}&campaign_id=${campaignId}&depth=2`,
  );
  say(
    `   Where does ${lineage.value.toFixed(2)}, the life expectancy of the world, come from? (${lineage.lineage}?depth=2)`,
  );
  say(`     ${lineage.kind}: ${lineage.formula}`);
  for (const input of lineage.inputs!) {
    say(
      `     └ ${input.indicator} ${input.value.toLocaleString('en')}, ${input.kind} from ${input.inputs_total} places; the largest:`,
    );
    const largest = input.inputs!.toSorted((a, b) => b.value - a.value)[0]!;
    const { source } = largest;
    say(
      `       └ ${largest.location} ${largest.value.toLocaleString('en')}: ${source!.doc_title ?? `document ${source!.document_id}`}, row ${source!.row}${source!.raw === undefined ? '' : `, column ${source!.column}, read as "${source!.raw}"`}${source!.sha256 === null ? '' : `, sha256 ${source!.sha256.slice(0, 12)}…`}`,
    );
  }
  say(`     … answered in ${((performance.now() - since) / 1000).toFixed(2)} s`);
}
