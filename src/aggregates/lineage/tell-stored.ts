import type { Context } from '../../platform/context.ts';
import type { Access } from '../../resource/index.ts';
import type { Kind } from '../pure/kinds.ts';
import { type DocumentOrigin, documentOriginsOf } from './document-origins.ts';
import { reasonSuperseded, type StoredCandidate } from './pure/lineage.ts';
import { type CellPlace, candidatesOf, countedBefore } from './store.ts';

/** What was stored in each cell: the winner with its source or person, and why each of the others does not count. */
export async function tellStored(
  context: Context,
  kind: Kind,
  places: readonly CellPlace[],
  access: Access,
): Promise<{ kind: string; told: object }[]> {
  const candidates = await candidatesOf(context.db, kind, places);
  const documents = candidates.flatMap((ofCell, n) =>
    ofCell.filter((one) => one.origin === 'document').map((one) => documentValue(places[n]!, one)),
  );
  const origins =
    documents.length === 0
      ? new Map<number, DocumentOrigin>()
      : await documentOriginsOf(context).originsOf(context.db, access, documents);
  const entered = places.filter((_, n) => candidates[n]![0]?.origin === 'entry');
  const before = entered.length === 0 ? [] : await countedBefore(context.db, kind, entered);
  const beforeOf = new Map(entered.map((place, n) => [place, before[n]]));
  return places.map((place, n) => tellOne(candidates[n]!, origins, beforeOf.get(place)));
}

function tellOne(
  [winner, ...others]: readonly StoredCandidate[],
  origins: ReadonlyMap<number, DocumentOrigin>,
  before: { value: number | null } | undefined,
): { kind: string; told: object } {
  if (winner === undefined) return { kind: 'none', told: {} };
  const superseded = others.map((one) => ({
    value: one.value,
    reason: reasonSuperseded(winner, one),
    ...(one.origin === 'entry' ? { entry: entryOf(one) } : { source: sourceOf(one, origins.get(one.id)) }),
  }));
  if (winner.origin !== 'entry') {
    return { kind: 'stored', told: { source: sourceOf(winner, origins.get(winner.id)), superseded } };
  }
  if (winner.value === null) return { kind: 'none', told: { cleared: entryOf(winner), superseded } };
  return { kind: 'entry', told: { entry: { ...entryOf(winner), value_before: before?.value ?? null }, superseded } };
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
  dataDate: place.kind === 'date' ? String(place.period) : null,
});

const entryOf = (one: StoredCandidate) => ({
  entered_by: one.enteredBy,
  username: one.username,
  at: one.at.toISOString(),
  note: one.note,
});

/** Who may not read the dataset's rows is told document, row and hash. */
function sourceOf(one: StoredCandidate, origin: DocumentOrigin | undefined): object {
  if (one.origin === 'script') return { run: one.runId, at: one.at.toISOString() };
  const { doc_title = null, sha256 = null } = origin ?? {};
  const seen = { document_id: one.documentId, doc_title, sha256, row: one.row, ...rowsOfSum(origin) };
  if (!origin?.canReadRows) return seen;
  const { line, cleaning, mappings, passed_over, uploaded_by, uploaded_by_username } = origin;
  return {
    ...seen,
    ...(line === null ? {} : { line }),
    ...(passed_over.length === 0 ? {} : { passed_over }),
    dataset: one.datasetId,
    revision: one.revision,
    column: one.column,
    raw: one.raw,
    cleaning,
    mappings,
    uploaded_by,
    uploaded_by_username,
    run: one.runId,
    at: one.at.toISOString(),
  };
}

/** So many cells of a sum are told; all of them are counted. */
const maxRows = 200;

/** Of a sum each cell it is made of; nothing of any other value. */
function rowsOfSum(origin: DocumentOrigin | undefined): object {
  const { added = [], canReadRows = false } = origin ?? {};
  if (added.length === 0) return {};
  const rows = added
    .slice(0, maxRows)
    .map(({ row, line, column, raw }) =>
      canReadRows ? { row, ...(line === null ? {} : { line }), column, raw } : { row },
    );
  return { rows, rows_total: added.length };
}
