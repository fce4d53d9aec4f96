import { makeTree, must, type Someone, someone } from '../locations/places-world.ts';
import type { Actor, Answer } from '../support/actor.ts';
import { startWorld, type World } from '../support/world.ts';

/** A country of places, indicators and campaigns, and documents sent over HTTP. */
export interface DocumentsWorld {
  world: World;
  admin: Someone;
  /** K; P (a, b), Q (c, d); x at a. */
  places: Record<string, number>;
  indicators: Record<string, number>;
  campaigns: Record<string, number>;
  indicator(short_name: string, data_format?: string, more?: object): Promise<number>;
  campaign(name: string, start_date: string): Promise<number>;
  /** Sends a file and waits for its processing. */
  send(content: string | Uint8Array, fields?: Record<string, unknown>, actor?: Actor): Promise<Answer>;
  /** The same, with the document out of the answer; fails unless it is 201. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely; the assertions are the type check.
  document(content: string, fields?: Record<string, unknown>, actor?: Actor): Promise<any>;
  /** `a 5, b 3` of one indicator in one campaign. */
  values(indicator: string, campaign: string, actor?: Actor): Promise<string>;
  map(type: string, code: string, master: number | null): Promise<void>;
  mapping(type: string, code: string): Promise<number>;
  /** `2 missed not_a_number x` of each issue. */
  issues(documentId: number, actor?: Actor): Promise<string[]>;
  statuses(documentId: number): Promise<string>;
  action(name: string, query: string, actor?: Actor): Promise<Answer>;
}

let titles = 0;

export async function startDocumentsWorld(settings: Record<string, string> = {}): Promise<DocumentsWorld> {
  const world = await startWorld({ GRANARY_LOG_LEVEL: process.env.TEST_LOG ?? 'silent', ...settings });
  const admin = await someone(world, 'ADMIN');
  const { ids: places } = await makeTree(admin);
  const indicators: Record<string, number> = {};
  const campaigns: Record<string, number> = {};
  const indicator = async (short_name: string, data_format = 'int', more: object = {}) => {
    const body = { name: `${short_name} of places`, short_name, data_format, ...more };
    indicators[short_name] = (await must(admin.post('/api/v1/indicator/', body), 201)).id;
    return indicators[short_name]!;
  };
  const roundType = (await must(admin.post('/api/v1/campaign_type/', { name: 'round' }), 201)).id;
  const campaign = async (name: string, start_date: string) => {
    const body = { name, campaign_type_id: roundType, start_date, end_date: start_date };
    campaigns[name] = (await must(admin.post('/api/v1/campaign/', body), 201)).id;
    return campaigns[name]!;
  };
  // One round of jobs and then a look costs a fraction of working while the answer waits.
  const send = async (content: string | Uint8Array, fields: Record<string, unknown> = {}, actor: Actor = admin) => {
    titles += 1;
    const docfile = Buffer.from(content).toString('base64');
    const body = { doc_title: `file ${titles}.csv`, file_type: 'campaign', docfile, ...fields };
    const sent = await actor.post('/api/v1/source_doc/', body, { prefer: 'respond-async' });
    if (sent.status !== 201) return sent;
    await world.runJobs();
    const { error } = await must(admin.get(sent.headers.get('granary-run')!), 200);
    if (error !== null) return { ...sent, status: error.status, body: { ...error, error: error.message } };
    return { ...(await actor.get(`/api/v1/source_doc/${sent.body.id}/`)), status: 201 };
  };
  const document = async (content: string, fields?: Record<string, unknown>, actor?: Actor) => {
    const answer = await send(content, fields, actor);
    if (answer.status !== 201) throw new Error(`${answer.status}: ${answer.text}`);
    return answer.body;
  };
  const codeOf = (id: number) => Object.keys(places).find((code) => places[code] === id)!;
  const values = async (name: string, of: string, actor: Actor = admin) => {
    const query = `indicator__in=${indicators[name]}&campaign__in=${campaigns[of]}`;
    const { objects } = await must(actor.get(`/api/v1/campaign_datapoint/?${query}`), 200);
    return objects
      .map((one: { location_id: number; value: number }) => `${codeOf(one.location_id)} ${one.value}`)
      .join(', ');
  };
  const mapping = async (content_type: string, code: string) => {
    const { rows } = await world.context.db.pool.query<{ id: number }>(
      'select id from source_object_map where content_type = $1 and source_object_code = $2',
      [content_type, code],
    );
    return rows[0]!.id;
  };
  const map = async (type: string, code: string, master: number | null) => {
    const id = await mapping(type, code);
    await must(admin.patch(`/api/v1/source_object_map/${id}/`, { master_object_id: master ?? -1 }), 202);
    await world.runJobs();
  };
  const issues = async (documentId: number, actor: Actor = admin) => {
    const { objects } = await must(actor.get(`/api/v1/source_doc/${documentId}/issues?order_by=row,id`), 200);
    return objects.map((one: Record<string, unknown>) =>
      [one.row, one.column, one.code, one.raw].filter((part) => part !== null).join(' '),
    );
  };
  const statuses = async (documentId: number) => {
    const { objects } = await must(admin.get(`/api/v1/source_submission/?document_id=${documentId}`), 200);
    return objects.map((row: { process_status: string }) => row.process_status).join(' ');
  };
  const action = async (name: string, query: string, actor: Actor = admin) => {
    const asked = await actor.post(`/api/v1/${name}/?${query}`, undefined, { prefer: 'respond-async' });
    if (asked.status !== 202) return asked;
    await world.runJobs();
    const run = await must(actor.get(`/api/v1/run/${asked.body.meta.run.id}`), 200);
    return { ...asked, status: run.error?.status ?? 200, body: { ...asked.body, meta: { run } } };
  };
  return {
    world,
    admin,
    places,
    indicators,
    campaigns,
    indicator,
    campaign,
    send,
    document,
    values,
    map,
    mapping,
    issues,
    statuses,
    action,
  };
}
