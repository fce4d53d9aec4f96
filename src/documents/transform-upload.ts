import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { refreshAggregates } from '../aggregates/index.ts';
import { everything, findDataset, findRevision, type Revision } from '../datasets/index.ts';
import { ingestWithin, reasonNotWritten } from '../ingest/index.ts';
import type { Context } from '../platform/context.ts';
import { forLargeWork, type Sql, type Tx, unlessDry } from '../platform/db/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { withWorkFolder } from '../platform/work-folder.ts';
import { type Json, type LiveRun, runHandler } from '../runs/index.ts';
import { codesOfDocument, insertCodes, mapExactly, suggestCodes } from './code-store.ts';
import { refuseUnknownRows } from './correction-store.ts';
import { countDocument } from './derive-store.ts';
import { type Derived, deriveWithCorrected } from './derive-values.ts';
import { columnMissing, documentEmpty, documentNotFound, headerElsewhere, noRowReadable } from './errors.ts';
import { type DocumentPayload, refreshMasterRun, transformUploadRun } from './jobs.ts';
import { proposeColumn } from './propose-column.ts';
import { proposeHeader } from './propose-header.ts';
import { type ColumnRole, cellReading, columnRoles, type Details, declaredBy } from './pure/column-roles.ts';
import { readSheets } from './pure/read-sheets.ts';
import { foundReadings } from './reading-store.ts';
import {
  type Document,
  deleteRefusedDocument,
  detailsOf,
  findDocument,
  lockDocuments,
  replaceColumns,
  updateDocument,
} from './store.ts';
import {
  copyRows,
  filledPositions,
  insertLongHeaders,
  insertSheetIssue,
  letRefusedRowsGo,
  readDays,
  replaceDocumentCodes,
  replaceFileIssues,
  replaceSubmissions,
  textsOfIndicators,
} from './store-rows.ts';
import { fileIssues, type RowKey, type WrittenRows, writeRows } from './write-rows.ts';

/**
 * The whole way of a document: its file becomes a revision, its rows and codes are kept, and what the codes mean makes
 * values, in one transaction with the request for their aggregates. Done again from the start it replaces.
 */
export const transformUpload = runHandler(transformUploadRun, async (context, run) => {
  if (run.payload.discard !== true) return await transform(context, run);
  const discard = () => context.db.transaction((tx) => deleteRefusedDocument(tx, run.payload.document_id));
  try {
    const summary = await transform(context, run);
    await discard();
    return { ...summary, document_id: null };
  } catch (error) {
    if (error instanceof AppError && error.status < 500 && !run.signal.aborted) await discard();
    throw error;
  }
});

const transform = (context: Context, run: LiveRun<DocumentPayload>): Promise<Record<string, Json>> =>
  withWorkFolder(context, run, async (folder) => {
    const document = await documentOf(context, run.payload);
    const read = await readOrRefuse(context, run, document, folder);
    const written = await writeRows(context, read, rowKeyOf(read), folder, run.signal);
    const issues = await fileIssues(context, read.revision, folder, run.signal);
    run.progress(60, 'map');
    const isDry = run.payload.dry_run === true;
    const derived = await unlessDry(forLargeWork(context.db, run.signal), isDry, async (tx) => {
      await takeRowsIn(tx, read, written, issues);
      const texts = textsOfIndicators(read.document.id, read.isLong);
      return await finish(context, tx, run, read, isDry, texts);
    });
    return await summaryAfter(context, run, derived, isDry);
  });

/** From the rows already read: what the codes mean by now. */
export const refreshMaster = runHandler(refreshMasterRun, async (context, run) => {
  const document = await documentOf(context, run.payload);
  const isDry = run.payload.dry_run === true;
  const { datasetId, revision: n } = document;
  const revision = n === null ? undefined : await findRevision(context.db, datasetId, n);
  const derived = await unlessDry(forLargeWork(context.db, run.signal), isDry, async (tx) => {
    await lockDocuments(tx, [document.id]);
    await mapExactly(tx, codesOfDocument(document.id));
    return await finish(context, tx, run, { document, revision }, isDry);
  });
  return await summaryAfter(context, run, derived, isDry);
});

async function documentOf(context: Context, { document_id: id }: DocumentPayload): Promise<Document> {
  const document = await findDocument(context.db, id);
  if (document === undefined) throw documentNotFound(id);
  return document;
}

interface ReadDocument {
  document: Document;
  revision: Revision;
  roles: ColumnRole[];
  /** Where a row says, by number, which row of the corrected document it stands for. */
  rowColumn: number | undefined;
  isLong: boolean;
  details: Details;
}

/** A file that cannot be a document leaves nothing behind: neither document nor dataset. */
async function readOrRefuse(
  context: Context,
  run: LiveRun<DocumentPayload>,
  document: Document,
  folder: string,
): Promise<ReadDocument> {
  try {
    return await read(context, run, document, folder);
  } catch (error) {
    const isFirst = document.state === 'received' && document.header.length === 0;
    if (isFirst && error instanceof AppError && error.status < 500 && !run.signal.aborted) {
      await context.db.transaction((tx) => deleteRefusedDocument(tx, document.id));
    }
    throw error instanceof AppError ? inWordsOfDocuments(error) : error;
  }
}

const nothingInIt = new Set(['empty_file', 'no_rows', 'no_columns', 'undecodable_text']);

function inWordsOfDocuments(error: AppError): AppError {
  if (error.code === 'data_not_written') return noRowReadable(reasonNotWritten(error).replace('No row is left: ', ''));
  if (!nothingInIt.has(error.code)) return error;
  return documentEmpty(error.code === 'no_rows' ? error.hint : undefined);
}

async function read(
  context: Context,
  run: LiveRun<DocumentPayload>,
  document: Document,
  folder: string,
): Promise<ReadDocument> {
  const n = document.revision ?? (await newRevision(context, run, document, folder));
  const revision = await findRevision(context.db, document.datasetId, n);
  if (revision === undefined) throw documentNotFound(document.id);
  const details = await detailsOf(context.db, document.id);
  const header = revision.schema.fields.map(({ name }) => name);
  const roles = columnRoles(header, document.fileType, details);
  const sheets = readSheets(revision.reading);
  if ('missing' in roles) {
    const { missing, role } = roles;
    const isOpen = details.header_row === undefined;
    const headers = isOpen ? await proposeHeader(context, revision, folder, run.signal) : undefined;
    if (headers !== undefined) throw headerElsewhere(missing, headers, sheets);
    const column = role === undefined ? undefined : await proposeColumn(context, revision, role, folder, run.signal);
    const proposed = column === undefined ? undefined : { detail: declaredBy[role!], column };
    throw columnMissing(missing, header, sheets, proposed);
  }
  const { columns, rowColumn } = await correctionOf(context, document, revision, roles.columns);
  const isKnown = document.revision === n && document.header.join('\0') === header.join('\0');
  if (!isKnown) await updateDocument(context.db, document.id, { revision: n, header });
  return { document, revision, roles: columns, rowColumn, isLong: roles.isLong, details };
}

/** Of corrected rows only what the first file had is an indicator: what a download added, number and reasons, is none. */
async function correctionOf(context: Context, { corrects }: Document, revision: Revision, columns: ColumnRole[]) {
  const corrected = corrects === null ? undefined : await findDocument(context.db, corrects);
  if (corrected === undefined) return { columns, rowColumn: undefined };
  const known = new Set(corrected.header);
  const header = revision.schema.fields.map(({ name }) => name);
  const position = header.indexOf(rowNumber) + 1;
  if (position === 0) throw columnMissing(rowNumber, header, readSheets(revision.reading));
  return { columns: columns.filter(({ name, role }) => role !== 'indicator' || known.has(name)), rowColumn: position };
}

/** The column by which a row says what it corrects. */
const rowNumber = 'row_number';

/** Somebody else's file may become the dataset's next revision first: then this one comes after it. */
async function newRevision(
  context: Context,
  run: LiveRun<DocumentPayload>,
  document: Document,
  folder: string,
): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const own = path.join(folder, `attempt-${attempt}`);
      await mkdir(own);
      const upload = await ingestWithin(context, run, document.uploadId!, own);
      const n = upload.revision ?? (await findDataset(context.db, document.datasetId, everything))?.latestRevision;
      if (n === undefined) throw documentNotFound(document.id);
      return n;
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'base_moved') || attempt === 20) throw error;
    }
  }
}

/** In campaign files place and period identify a row; in files of days the row itself, unless a column is named. */
function rowKeyOf({ document, roles, details }: ReadDocument): RowKey {
  if (roles.some(({ role }) => role === 'unique_key')) return 'unique_key';
  return document.fileType === 'campaign' && cellReading(details).duplicates === 'last' ? 'codes' : undefined;
}

async function takeRowsIn(
  tx: Tx,
  { document, revision, roles, rowColumn, isLong, details }: ReadDocument,
  { rows, texts }: WrittenRows,
  issues: string | undefined,
): Promise<void> {
  const reading = cellReading(details);
  await lockDocuments(tx, [document.id]);
  await copyRows(tx, rows, texts);
  const columns = await columnsThatSay(tx, roles);
  const headers = columns.filter(({ role }) => role === 'indicator').map(({ name }) => name);
  await insertCodes(tx, headers);
  await replaceColumns(tx, document.id, columns);
  await readDays(tx, document.id, reading);
  const valueColumn = columns.find(({ role }) => role === 'value')?.position;
  await replaceSubmissions(tx, document, reading, valueColumn);
  if (rowColumn !== undefined) await refuseUnknownRows(tx, document.id, rowColumn);
  await letRefusedRowsGo(tx, document.id);
  await replaceDocumentCodes(tx, document.id, isLong, reading.missing);
  await replaceFileIssues(tx, document.id, issues);
  await insertLongHeaders(tx, document.id);
  const sheets = readSheets(revision.reading);
  if (sheets.otherSheets.length > 0 && details.sheet === undefined) await insertSheetIssue(tx, document.id, sheets);
}

/** A column with neither a name nor a cell is none: spreadsheets write some beside the table. */
async function columnsThatSay(tx: Tx, roles: ColumnRole[]): Promise<ColumnRole[]> {
  const isUnnamed = ({ role, name }: ColumnRole) => role === 'indicator' && /^_c\d+$/.test(name);
  const unnamed = roles.filter(isUnnamed).map(({ position }) => position);
  if (unnamed.length === 0) return roles;
  const filled = new Set(await filledPositions(tx, unnamed));
  return roles.filter((one) => !isUnnamed(one) || filled.has(one.position));
}

/** Values, state and summary; outside a dry run the run ends with this transaction where its aggregates do too. */
async function finish(
  context: Context,
  tx: Tx,
  run: LiveRun<DocumentPayload>,
  { document, revision }: { document: Document; revision: Revision | undefined },
  isDry: boolean,
  texts?: Sql,
): Promise<Derived & { summary: Record<string, Json> }> {
  const isUndone = (await findDocument(tx, document.id))?.state === 'undone';
  await suggestCodes(tx, document.id);
  run.progress(70, 'values');
  const concern = { documentIds: [document.id], mapIds: undefined, texts };
  const by = { runId: run.id, userId: run.userId, refreshAll: isDry };
  const derived = await deriveWithCorrected(context, tx, concern, by);
  const counts = await countDocument(tx, document.id);
  const unmapped = Object.values(counts.unmapped).reduce((sum, n) => sum + n, 0);
  const { sheet, otherSheets } = readSheets(revision?.reading ?? {});
  const summary = {
    document_id: document.id,
    dry_run: isDry,
    ...(isUndone ? { undone: true } : {}),
    rows: counts.rows,
    cells: counts.cells,
    values: { ...derived.values },
    missing: counts.missing,
    issues: counts.issues,
    unmapped: counts.unmapped,
    ...(sheet === undefined ? {} : { sheet, other_sheets: otherSheets }),
    read_as: (await foundReadings(tx, document.id)).map((one) => ({ ...one })),
    places: derived.touched.locations,
    campaigns: derived.touched.campaigns.length,
    days: derived.touched.days.length,
    aggregates_changed: derived.aggregates ?? null,
  };
  // What was taken back says nothing now: what it said is told again once it is put back.
  const change = isUndone ? {} : { state: unmapped > 0 ? ('mapping' as const) : ('processed' as const), summary };
  await updateDocument(tx, document.id, { ...change, runId: run.id });
  if (!isDry && derived.aggregates !== undefined) await run.succeed(tx, summary);
  return { ...derived, summary };
}

/** What was too much for the transaction of the values is worked out after it. */
async function summaryAfter(
  context: Context,
  run: LiveRun,
  { aggregates, summary }: { aggregates: number | undefined; summary: Record<string, Json> },
  isDry: boolean,
): Promise<Record<string, Json>> {
  if (isDry || aggregates !== undefined) return summary;
  run.progress(80, 'aggregates');
  await refreshAggregates(context, {}, run);
  return summary;
}
