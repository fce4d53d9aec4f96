import { createProject, createUser, type ProjectRole, setMember } from '../../../src/accounts/index.ts';
import { issueSession } from '../../../src/accounts/sessions/issue-session.ts';
import { createToken } from '../../../src/accounts/tokens/create-token.ts';
import { cancelRun, insertRun } from '../../../src/runs/index.ts';
import { Actor } from '../../support/actor.ts';
import { makeMasterData } from '../../support/master-data.ts';
import { testKind } from '../../support/run-kinds.ts';
import { sendFile } from '../../support/upload.ts';
import type { World } from '../../support/world.ts';
import { emptyFlow } from './flows.rows.ts';

/** Everybody who may knock, in the order of the columns of the matrix. */
export const parts = [
  'anonymous',
  'stranger',
  'viewer',
  'contributor',
  'editor',
  'owner',
  'ADMIN',
  'SUPERADMIN',
  'narrowed',
] as const;
export type Part = (typeof parts)[number];

export interface Cast {
  actors: Record<Part, Actor>;
  ids: Partial<Record<Part, string>>;
}

/** A project of its own with one person in each role. */
export interface Scene {
  project: string;
  /** Somebody of role USER who belongs to the project, to be acted upon. */
  member: string;
  /** Somebody of role USER who belongs nowhere, to be acted upon. */
  bystander: string;
  group: number;
  /** Runs of the project that belong to nobody: one waiting, one ended. */
  run: string;
  endedRun: string;
  /** Private revisions of the project: one waiting, one cancelled. */
  flow: string;
  endedFlow: string;
  /** With a table of two rows in the shared scene; bare in those that are made for one write. */
  dataset: string;
  /** The owner's, in the shared scene only. */
  upload: string;
  /** Of the project, made by somebody who has left; with one delivery. */
  webhook: string;
  delivery: string;
  /** Of the project, usable by its members. */
  connection: string;
  /** Of that connection, for a dataset of the project. */
  pull: number;
  /** One of each kind of master data, which nothing else refers to unless its name says so. */
  master: Master;
}

export interface Master {
  locationType: number;
  /** Of the places. */
  locationType2: number;
  location: number;
  /** With a shape; the bystander is responsible for it. */
  shapedLocation: number;
  value: number;
  dateValue: number;
  datapoint: number;
  valueIndicator: number;
  valueIndicator2: number;
  dateIndicator: number;
  valueCampaign: number;
  /** The place's own row in the closure. */
  tree: number;
  responsibility: number;
  indicator: number;
  component: number;
  whole: number;
  bound: number;
  tag: number;
  toTag: number;
  calculation: number;
  campaignType: number;
  /** Of the campaign. */
  campaignType2: number;
  campaign: number;
  chart: number;
  dashboard: number;
  /** Nobody's, about the shaped place: one row, one value, one issue, one detail. */
  document: number;
  submission: number;
  issue: number;
  detail: number;
  /** Nothing is said of it yet. */
  detailType: number;
  usedDetailType: number;
  documentValue: number;
  /** Of an indicator. */
  mapping: number;
}

let count = 0;

/** Nobody signs in by password here: 80 hashes would be the longest part of the test. */
export async function makeCast(world: World): Promise<Cast> {
  const { context } = world;
  const actors: Partial<Record<Part, Actor>> = { anonymous: world.anon };
  const ids: Cast['ids'] = {};
  for (const part of parts) {
    if (part === 'anonymous' || part === 'narrowed') continue;
    const role = part === 'ADMIN' || part === 'SUPERADMIN' ? part : 'USER';
    const user = await person(world, role);
    ids[part] = user.id;
    const session = await context.db.transaction((tx) => issueSession(context, tx, user, { kind: 'password' }));
    actors[part] = new Actor(world.url, { authorization: `Bearer ${session.accessToken}` });
  }
  // The owner's token, good for one right: it must never do more, whatever its owner may.
  const { secret } = await createToken(context, ids.owner!, { name: 'narrowed', rights: ['project.read'] });
  actors.narrowed = new Actor(world.url, { authorization: `Bearer ${secret}` });
  return { actors: actors as Cast['actors'], ids };
}

/** `full`: with the table and the upload, which take their time; for what only reads. */
export async function makeScene(world: World, cast: Cast, options: { full?: boolean } = {}): Promise<Scene> {
  const { context } = world;
  const member = await person(world, 'USER');
  const bystander = await person(world, 'USER');
  count += 1;
  const project = await context.db.transaction(async (tx) => {
    const { id } = await createProject(context, tx, { title: `Scene ${count}` }, cast.ids.owner!);
    const members: [ProjectRole, string][] = [
      ['viewer', cast.ids.viewer!],
      ['contributor', cast.ids.contributor!],
      ['editor', cast.ids.editor!],
      ['viewer', member.id],
    ];
    for (const [role, userId] of members)
      await setMember(context, tx, { projectId: id, userId, role }, cast.ids.owner!);
    return id;
  });
  const { rows } = await context.db.pool.query<{ id: number }>('insert into "group" (name) values ($1) returning id', [
    `g${count}`,
  ]);
  const ask = { kind: testKind, payload: {}, projectId: project, dispatched: false };
  const [run, endedRun] = await context.db.transaction(async (tx) => [
    await insertRun(tx, context, ask),
    await insertRun(tx, context, ask),
  ]);
  await context.db.transaction((tx) => cancelRun(tx, endedRun!));
  const hook = await context.db.pool.query<{ webhook: string; delivery: string }>(
    `with w as (insert into webhook (project_id, owner_id, url, events, secret)
       values ($1, $2, 'https://example.org/', '["flow.finish"]', 'c2VhbGVk') returning id)
     insert into webhook_delivery (webhook_id, event_id, event, body, state) select id, id, 'flow.finish', '{}', 'delivered' from w
     returning webhook_id as webhook, id as delivery`,
    [project, bystander.id],
  );
  const connected = await context.db.pool.query<{ connection: string; pull: number }>(
    `with c as (insert into connection (project_id, name, type, config, queries, usable_by)
       values ($1, 'lab', 'http-json', '{"url":"http://127.0.0.1:1/"}', '{"all":{}}', 'members') returning id)
     insert into pull (project_id, name, connection, connection_id, query, dataset)
     select $1, 'lab', 'lab', c.id, 'all', 'pulled' from c returning connection_id as connection, id as pull`,
    [project],
  );
  const { dataset, upload } = options.full ? await withData(world, cast, project) : await bareDataset(world, project);
  return {
    project,
    member: member.id,
    bystander: bystander.id,
    group: rows[0]!.id,
    run: run!,
    endedRun: endedRun!,
    ...(await makeFlows(cast, project)),
    dataset,
    upload,
    ...hook.rows[0]!,
    ...connected.rows[0]!,
    master: await makeMasterData(context.db.pool, `scene ${count}`, bystander.id),
  };
}

async function makeFlows(cast: Cast, project: string): Promise<{ flow: string; endedFlow: string }> {
  const { owner } = cast.actors;
  for (const dataset of ['flow', 'ended']) {
    const sent = await owner.post('/source/upload', emptyFlow(project, dataset));
    if (!sent.body.success) throw new Error(`flow: ${sent.text}`);
  }
  const ended = await owner.post(`/source/${project}/ended/1/cancel`);
  if (ended.status !== 202) throw new Error(`cancel: ${ended.status} ${ended.text}`);
  return { flow: `${project}/flow/1`, endedFlow: `${project}/ended/1` };
}

/** What a real upload of the owner leaves behind. */
async function withData(world: World, cast: Cast, project: string): Promise<{ dataset: string; upload: string }> {
  const sent = await sendFile(world, cast.actors.owner, project, 'facts.csv', 'id,name\n1,Ann\n2,Ben\n', { key: 'id' });
  if (sent.status !== 201) throw new Error(`upload: ${sent.status} ${sent.text}`);
  return { dataset: sent.body.dataset.id, upload: sent.body.id };
}

async function bareDataset(world: World, project: string): Promise<{ dataset: string; upload: string }> {
  const id = world.context.newId();
  await world.context.db.pool.query(
    `insert into dataset (id, project_id, name, title, schema, key, metadata) values ($1, $2, $3, '', '{"fields":[]}', '{}', '{}')`,
    [id, project, `bare-${id}`],
  );
  // Somebody's who has left: the owner's own uploads would say nothing about the role.
  const upload = world.context.newId();
  await world.context.db.pool.query(
    `insert into upload (id, project_id, dataset_id, dataset_name, file_name, media_type, bytes, blob_sha256, source, state)
     values ($1, $2, $3, 'bare', 'bare.csv', 'text/csv', 0, '', 'upload', 'published')`,
    [upload, project, id],
  );
  return { dataset: id, upload };
}

function person(world: World, role: 'USER' | 'ADMIN' | 'SUPERADMIN') {
  count += 1;
  return createUser(world.context, {
    email: `cast${count}@example.org`,
    username: `cast${count}`,
    name: `Cast ${count}`,
    role,
  });
}
