import type { Context } from '../../platform/context.ts';
import type { Sql } from '../../platform/db/index.ts';
import type { Access } from '../../resource/index.ts';
import { marks } from '../pure/marks.ts';
import { type DocumentOrigin, documentOriginsOf } from './document-origins.ts';
import {
  type CellFacts,
  flagsOf,
  formulaText,
  type Input,
  kindOf,
  reasonSuperseded,
  type StoredCandidate,
  wayOf,
} from './pure/lineage.ts';
import {
  branchesWithoutData,
  branchInputs,
  type CellPlace,
  candidatesOf,
  componentsOf,
  entryBefore,
  factsOf,
  partsOf,
} from './store.ts';

/** Where a value comes from, as clients read it (contract monitoring §6.7). */
export interface Lineage {
  cell: {
    indicator_id: number;
    location_id: number;
    campaign_id?: number;
    data_date?: string;
    time_grouping?: unknown;
  };
  value: number | null;
  kind: string;
  flags: string[];
  lineage: string;
  inputs?: LineageInput[];
  [more: string]: unknown;
}

/** An input is a lineage in brief; in whole where `depth` reaches it. */
export type LineageInput = Lineage & { role?: string };

/** Before every place and period there is. */
export const fromTheFirst = -2_147_483_648;

export interface Question {
  access: Access;
  /** Steps that are expanded in place. */
  depth: number;
  /** Of a page: the last place or period seen. */
  after: number;
  limit: number;
  /** Cells that may still be expanded in this answer; those beyond it stay links. */
  budget: { left: number };
  cursorOf(after: number): string;
}

export const cellOf = ({ kind, indicatorId, locationId, period }: CellPlace): Lineage['cell'] => ({
  indicator_id: indicatorId,
  location_id: locationId,
  ...(kind === 'campaign' ? { campaign_id: Number(period) } : { data_date: String(period) }),
});

export function urlOf(place: CellPlace, id: number | null): string {
  if (id !== null) return `/api/v1/${place.kind}_datapoint/${id}/lineage`;
  return lineageUrl(cellOf(place));
}

export const lineageUrl = (query: object): string =>
  `/api/v1/datapoint/lineage?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`;

export async function traceCell(context: Context, place: CellPlace, question: Question): Promise<Lineage> {
  const { db } = context;
  const [facts, candidates] = await Promise.all([factsOf(db, place), candidatesOf(db, place)]);
  const isStored = (facts.marks & marks.stored) !== 0;
  const said = await tellCandidates(context, place, candidates, question);
  const brief = {
    cell: cellOf(place),
    id: facts.id,
    value: facts.value,
    kind: isStored ? said.kind : 'none',
    flags: flagsOf(facts.marks),
    lineage: urlOf(place, facts.id),
  };
  if (isStored) {
    const hasConflict = (facts.marks & marks.conflict) !== 0;
    return {
      ...brief,
      ...said.told,
      ...(hasConflict ? { conflict: { stored: facts.value, computed: facts.computed } } : {}),
    };
  }
  return { ...brief, coverage: facts.coverage, ...said.told, ...(await tellWay(context, place, facts, question)) };
}

/** What was stored: the winner with its source or person, and why each of the others does not count. */
async function tellCandidates(
  context: Context,
  place: CellPlace,
  candidates: readonly StoredCandidate[],
  { access }: Question,
): Promise<{ kind: string; told: object }> {
  const [winner, ...others] = candidates;
  if (winner === undefined) return { kind: 'none', told: {} };
  const documents = candidates.filter((one) => one.origin === 'document').map((one) => documentValue(place, one));
  const origins =
    documents.length === 0
      ? new Map<number, DocumentOrigin>()
      : await documentOriginsOf(context).originsOf(context.db, access, documents);
  const superseded = others.map((one) => ({
    value: one.value,
    reason: reasonSuperseded(winner, one),
    ...(one.origin === 'entry' ? { entry: entryOf(one) } : { source: sourceOf(one, origins.get(one.id)) }),
  }));
  if (winner.origin !== 'entry') {
    return { kind: 'stored', told: { source: sourceOf(winner, origins.get(winner.id)), superseded } };
  }
  if (winner.value === null) return { kind: 'none', told: { cleared: entryOf(winner), superseded } };
  const before = await entryBefore(context.db, place);
  const valueBefore = before === undefined ? (others[0]?.value ?? null) : before.value;
  return { kind: 'entry', told: { entry: { ...entryOf(winner), value_before: valueBefore }, superseded } };
}

const documentValue = (place: CellPlace, one: StoredCandidate) => ({
  datapointId: one.id,
  datasetId: one.datasetId!,
  revision: one.revision!,
  documentId: one.documentId,
  row: one.row!,
  column: one.column,
  raw: one.raw,
  value: one.value!,
  indicatorId: place.indicatorId,
  locationId: place.locationId,
  campaignId: place.kind === 'campaign' ? Number(place.period) : null,
});

const entryOf = (one: StoredCandidate) => ({
  entered_by: one.enteredBy,
  username: one.username,
  at: one.at.toISOString(),
  note: one.note,
});

/** Who may not read the dataset's rows is told document, row number and hash. */
function sourceOf(one: StoredCandidate, origin: DocumentOrigin | undefined): object {
  if (one.origin === 'script') return { run: one.runId, at: one.at.toISOString() };
  const { doc_title = null, sha256 = null } = origin ?? {};
  const seen = { document_id: one.documentId, doc_title, sha256, row: one.row };
  if (!origin?.canReadRows) return seen;
  const { cleaning, mappings, uploaded_by } = origin;
  return {
    ...seen,
    dataset: one.datasetId,
    revision: one.revision,
    column: one.column,
    raw: one.raw,
    cleaning,
    mappings,
    uploaded_by,
    run: one.runId,
    at: one.at.toISOString(),
  };
}

async function tellWay(context: Context, place: CellPlace, facts: CellFacts, question: Question): Promise<object> {
  const { db } = context;
  const components = await componentsOf(db, place);
  const parts = components.some((one) => one.role === 'PART_TO_BE_SUMMED') ? await partsOf(db, place) : [];
  const way = wayOf(place.indicatorId, facts, components, parts);
  const common = { definition_version: facts.definitionVersion, at: facts.at?.toISOString() ?? null };
  const isDividedByZero = (facts.marks & marks.divisionByZero) !== 0;
  const kind = (name: string) => ({ kind: facts.value === null && !isDividedByZero ? 'none' : name, ...common });
  switch (way.by) {
    case 'nothing':
      return common;
    case 'formula': {
      const used = components.filter((one) => way.roles.includes(one.role));
      const inputs = await expanded(context, place, used, question);
      return { ...kind('calculated'), formula: formulaText(used), inputs };
    }
    case 'parts': {
      const used = way.counted.map((part) => ({ ...part, role: 'PART_TO_BE_SUMMED' as const }));
      return {
        ...kind('calculated'),
        formula: formulaText(used),
        inputs: await expanded(context, place, used, question),
      };
    }
    default:
      return {
        ...kind('rolled_up'),
        operator: facts.operator,
        ...(await tellBranches(context, place, way.by, facts, question)),
      };
  }
}

async function tellBranches(
  context: Context,
  place: CellPlace,
  way: 'children' | 'contributions',
  { operator, weightId }: CellFacts,
  question: Question,
): Promise<object> {
  const { after, limit } = question;
  const visible = visibleTo(question.access);
  const weight = operator === 'weighted_mean' ? weightId : null;
  const [{ inputs, total }, without] = await Promise.all([
    branchInputs(context.db, place, way, { after, limit: limit + 1, weightId: weight }, visible),
    branchesWithoutData(context.db, place, way, visible),
  ]);
  const shown = inputs.slice(0, limit);
  return {
    inputs: await expanded(context, place, shown, question),
    inputs_total: total,
    without_data: without.places,
    without_data_total: without.total,
    next: inputs.length > limit ? question.cursorOf(shown.at(-1)!.locationId) : null,
  };
}

export const visibleTo =
  (access: Access) =>
  (location: Sql): Sql =>
    access.where('datapoint.read', { location });

/** Each input in brief, and in whole as far as depth and budget go. */
async function expanded(
  context: Context,
  place: CellPlace,
  inputs: readonly (Input & { role?: string })[],
  question: Question,
): Promise<LineageInput[]> {
  const told: LineageInput[] = [];
  for (const input of inputs) {
    const at = { ...place, indicatorId: input.indicatorId, locationId: input.locationId };
    const brief = {
      ...(input.role === undefined ? {} : { role: input.role }),
      ...(input.weight === undefined ? {} : { weight: input.weight }),
      cell: cellOf(at),
      id: input.id,
      indicator: input.shortName,
      location: input.locationName,
      value: input.value,
      kind: kindOf(input),
      flags: flagsOf(input.marks),
      lineage: urlOf(at, input.id),
    };
    const expands = question.depth > 0 && question.budget.left > 0 && input.id !== null;
    if (expands) question.budget.left -= 1;
    told.push(
      expands
        ? {
            ...brief,
            ...(await traceCell(context, at, { ...question, depth: question.depth - 1, after: fromTheFirst })),
          }
        : brief,
    );
  }
  return told;
}
