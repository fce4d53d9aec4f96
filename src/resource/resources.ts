import type { FastifyRequest } from 'fastify';
import type { AuditEntry } from '../platform/audit/index.ts';
import type { Db, Sql, Tx } from '../platform/db/index.ts';
import type { Access } from './access.ts';
import type { ActionDeclaration, ParameterValues, ResourceDeclaration } from './declaration.ts';
import { buildModels, type Model } from './pure/model.ts';
import type { Known } from './pure/plan-list.ts';

/** What the framework needs from the modules above it; they hand it over when they register their resources. */
export interface ResourceDeps {
  db: Db;
  /** Signs cursors. */
  cursorKey: Buffer;
  /** Default: `request.access`, which accounts sets. */
  accessOf?(request: FastifyRequest): Access | Promise<Access>;
  /** One place id for `meta.top_lvl_location_id`, as a scalar SQL expression. Without it: null. */
  topLocation?(access: Access): Sql;
  /** Called with all rows that were written together, in the writing transaction. */
  audit?(tx: Tx, access: Access, entries: readonly AuditEntry[]): Promise<void>;
  actions?: ActionRuns;
  /** Is the caller known by a header, and not by a cookie? Default: there is an Authorization or Auth-Token header. */
  hasHeaderCredential?(request: FastifyRequest): boolean;
  /** Throws where the caller's token is narrowed to other verbs. */
  demandVerb?(request: FastifyRequest, verb: string): void;
  /** May actions be called by GET? Default true. */
  getActions?: boolean;
  /** Time limit of statements with a regular expression. Default 2000. */
  regexTimeoutMs?: number;
  /** Folder for temporary files. Without it there is no Parquet. */
  workFolder?: string;
  /** Time limit of one streamed export. Default an hour. */
  streamTimeoutMs?: number;
}

/** How actions meet the runs module. */
export interface ActionRuns {
  /** Asks in the transaction for a run, or joins the one that already waits on the same lock key. Returns its id. */
  start(
    tx: Tx,
    request: { kind: string; lockKey: string; parameters: ParameterValues; access: Access },
  ): Promise<string>;
  /** Returns when the run has ended or the time is over. */
  wait(runId: string, seconds: number, signal: AbortSignal): Promise<ActionRun>;
}

export interface ActionRun {
  id: string;
  state: string;
  /** True for succeeded, failed and cancelled. */
  ended: boolean;
  progress?: unknown;
  summary?: unknown;
  /** Why it failed. */
  error?: { status: number; code: string; detail: string };
}

/** All resources of the program, resolved against each other. */
export interface Resources {
  models: Map<string, Model>;
  actions: readonly ActionDeclaration[];
  deps: ResourceDeps;
  /** Exact counts of late, each good for one snapshot of the database. */
  knownCounts: Map<string, Known<number>>;
  /** Likewise the places to start at. */
  knownTops: Map<string, Known<number | null>>;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** For routes of modules that share an address with a resource, or make one of its objects. */
    resources: Resources;
  }
}

/** The oldest go first; what is found again becomes the newest. */
export function remember<Found>(memory: Map<string, Known<Found>>, key: string, known: Known<Found>): void {
  memory.delete(key);
  memory.set(key, known);
  if (memory.size > 1000) memory.delete(memory.keys().next().value!);
}

export function createResources(
  declarations: readonly ResourceDeclaration[],
  deps: ResourceDeps,
  actions: readonly ActionDeclaration[] = [],
): Resources {
  return { models: buildModels(declarations), actions, deps, knownCounts: new Map(), knownTops: new Map() };
}

/** Throws for a name nobody declared: a mistake in our code, not in a request. */
export function modelNamed(resources: Resources, name: string): Model {
  const model = resources.models.get(name);
  if (!model) throw new Error(`no resource ${name}`);
  return model;
}

export function accessOf(resources: Resources, request: FastifyRequest): Access | Promise<Access> {
  return resources.deps.accessOf?.(request) ?? request.access;
}
