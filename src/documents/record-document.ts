import type { FastifyRequest } from 'fastify';
import { createProject, getProject } from '../accounts/index.ts';
import {
  datasetNameOf,
  datasetsWith,
  everything,
  findDataset,
  findDatasetByName,
  findRevision,
  findUpload,
  insertDataset,
  insertUpload,
  invalidDatasetName,
  isDatasetName,
  rowsForbidden,
  uploadNotFound,
  uploadsWith,
} from '../datasets/index.ts';
import type { UploadOptions } from '../ingest/index.ts';
import { recordAudit } from '../platform/audit/index.ts';
import type { Context } from '../platform/context.ts';
import { raw, type Tx } from '../platform/db/index.ts';
import { holdBlobs } from '../platform/storage/index.ts';
import { type Access, forbidden, startOnce } from '../resource/index.ts';
import { insertRun } from '../runs/index.ts';
import { documentNotFound, invalidField, revisionNotThere } from './errors.ts';
import { transformUploadRun } from './jobs.ts';
import { readingDetails } from './pure/column-roles.ts';
import type { DocumentArrival } from './receive-document.ts';
import {
  documentProject,
  findDocument,
  freeTitle,
  insertDetails,
  insertDocument,
  insertDocumentProject,
  lockTitles,
  topsWhere,
  updateDocument,
} from './store.ts';
import { documentVisible } from './visible.ts';

/** Runs on one document come one after another, whoever asks for them; the action of this name joins the one waiting. */
export const serialKeyOf = (documentId: number): string => `transform_upload ${documentId}`;

/**
 * Records a document whose bytes are stored, and asks for its processing, in one transaction. Who may enter values
 * nowhere may not upload either. With an Idempotency-Key the same file sent again gets the
 * document of the first.
 */
export async function recordDocument(
  context: Context,
  request: Pick<FastifyRequest, 'access' | 'method' | 'url' | 'headers'>,
  arrival: DocumentArrival,
): Promise<{ documentId: number; runId: string; replayed: boolean }> {
  const { access } = request;
  const captureTops = await captureTopsOf(context, access);
  if (captureTops?.length === 0) throw forbidden();
  const record = async (tx: Tx) => {
    await lockTitles(tx);
    const source = await sourceOf(tx, access, arrival);
    const corrected = await correctedBy(tx, access, arrival);
    await holdBlobs(tx, context.blobs, [source.sha256]);
    const title = await freeTitle(tx, arrival.title);
    const { datasetId, detailsOf, created } = source.datasetId
      ? { datasetId: source.datasetId, detailsOf: source.datasetId, created: false }
      : await datasetFor(context, tx, access, arrival, title);
    const uploadId = source.revision === null ? context.newId() : source.uploadId;
    const { sha256, bytes, fileName, mediaType, revision } = source;
    const of = { sha256, bytes, fileName, mediaType, revision, datasetId, uploadId, captureTops };
    const documentId = await insertDocument(tx, {
      ...of,
      guid: context.newId(),
      title,
      fileType: arrival.fileType,
      createdBy: access.userId,
      corrects: corrected?.id ?? null,
      known: documentVisible('document.read', access, raw('d.id')),
    });
    await insertDetails(tx, documentId, corrected?.datasetId ?? detailsOf, arrival.details);
    const runId = await insertRun(tx, context, {
      kind: transformUploadRun,
      payload: { document_id: documentId, ...(arrival.dryRun ? { dry_run: true, discard: true } : {}) },
      userId: access.userId,
      subject: { type: 'source_doc', id: String(documentId) },
      serialKey: serialKeyOf(documentId),
    });
    await updateDocument(tx, documentId, { runId });
    const after = { doc_title: title, file_type: arrival.fileType, file_name: fileName, sha256, bytes };
    // Of what keeps nothing nothing is said.
    const said = { action: 'source_doc.create', object: `source_doc/${documentId}`, datasetId, after, runId };
    if (!arrival.dryRun) await recordAudit(tx, access, [said]);
    if (revision === null) {
      const readAs = arrival.file?.readAs ?? fileName;
      await insertArrival(tx, access, { ...of, fileName: readAs, uploadId: uploadId!, runId, created }, arrival);
    }
    return { documentId, runId };
  };
  const { started, replayed } = await startOnce(context.db, request, access, record, { identity: identityOf(arrival) });
  return { ...started, replayed };
}

/** What makes two uploads the same one; whether the bytes were stored before does not. */
const identityOf = ({ file, ...arrival }: DocumentArrival) => ({
  ...arrival,
  file: file && { ...file, blob: file.blob.sha256 },
});

/** The document whose rows come again, for whoever may read it; both are of one kind. */
async function correctedBy(tx: Tx, access: Access, { corrects, fileType }: DocumentArrival) {
  if (corrects === undefined) return undefined;
  const document = await findDocument(tx, corrects, documentVisible('document.read', access, raw('d.id')));
  if (document === undefined) throw documentNotFound(corrects);
  if (document.fileType !== fileType) throw invalidField('corrects', `corrects must be a document of kind ${fileType}`);
  return document;
}

/** Null: everywhere. */
export async function captureTopsOf(context: Context, access: Access): Promise<number[] | null> {
  if (access.role !== 'USER' && access.can('datapoint.write')) return null;
  return await topsWhere(context.db, (location) => access.where('datapoint.write', { location }));
}

interface Source {
  sha256: string;
  bytes: number;
  fileName: string;
  mediaType: string;
  /** Where it is a revision already. */
  datasetId: string | null;
  revision: number | null;
  uploadId: string | null;
}

async function sourceOf(tx: Tx, access: Access, arrival: DocumentArrival): Promise<Source> {
  const none = { datasetId: null, revision: null, uploadId: null };
  if (arrival.file !== undefined) {
    const { name: fileName, mediaType, blob } = arrival.file;
    return { sha256: blob.sha256, bytes: blob.bytes, fileName, mediaType, ...none };
  }
  if (arrival.uploadId !== undefined) {
    const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(arrival.uploadId);
    const upload = isUuid ? await findUpload(tx, arrival.uploadId, uploadsWith(access, 'upload.open')) : undefined;
    if (upload === undefined) throw uploadNotFound(arrival.uploadId);
    const { blobSha256: sha256, bytes, fileName, mediaType } = upload;
    return { sha256, bytes: Number(bytes), fileName, mediaType, ...none };
  }
  const given = arrival.dataset!;
  const dataset = await findDataset(tx, given, datasetsWith(access, 'row.read'));
  if (dataset === undefined && (await findDataset(tx, given, datasetsWith(access, 'dataset.read'))) !== undefined)
    throw rowsForbidden();
  const revision = dataset && (await findRevision(tx, dataset.id, arrival.revision ?? 'latest'));
  if (dataset === undefined || revision === undefined) throw revisionNotThere(given, arrival.revision);
  const upload = revision.uploadId === null ? undefined : await findUpload(tx, revision.uploadId, everything);
  return {
    sha256: upload?.blobSha256 ?? revision.tableSha256,
    bytes: Number(upload?.bytes ?? revision.bytes),
    fileName: upload?.fileName ?? `${dataset.name}.parquet`,
    mediaType: upload?.mediaType ?? 'application/vnd.apache.parquet',
    datasetId: dataset.id,
    revision: revision.n,
    uploadId: revision.uploadId,
  };
}

/**
 * A dataset of its own in the documents' project, unless the sender names another. A dry run only reads as the named one
 * does: whatever becomes of the file goes again.
 */
async function datasetFor(
  context: Context,
  tx: Tx,
  access: Access,
  arrival: DocumentArrival,
  title: string,
): Promise<{ datasetId: string; detailsOf: string; created: boolean }> {
  const { projectId: given, dataset: named, dryRun } = arrival;
  if (named !== undefined && !isDatasetName(named)) throw invalidDatasetName(named, datasetNameOf(named));
  const projectId =
    given === undefined
      ? await projectOfDocuments(context, tx)
      : (await getProject(context, access, given, 'dataset.write')).id;
  const known = named === undefined ? undefined : await findDatasetByName(tx, projectId, named, everything);
  if (known !== undefined && !dryRun) return { datasetId: known.id, detailsOf: known.id, created: false };
  const stem = named ?? datasetNameOf(`${title}.`);
  for (let n = 0; ; n += 1) {
    const name = n === 0 ? stem : `${stem}-${n}`;
    if ((await findDatasetByName(tx, projectId, name, everything)) !== undefined) continue;
    const id = context.newId();
    await insertDataset(tx, { id, projectId, name, title, createdBy: access.userId });
    return { datasetId: id, detailsOf: known?.id ?? id, created: true };
  }
}

async function projectOfDocuments(context: Context, tx: Tx): Promise<string> {
  const found = await documentProject(tx);
  if (found !== undefined) return found.projectId;
  const { id } = await createProject(context, tx, { title: 'Documents' }, null);
  await insertDocumentProject(tx, id);
  return id;
}

/** The file as an upload of the dataset: every column text, and nothing but this file in the revision. */
async function insertArrival(
  tx: Tx,
  access: Access,
  file: Pick<Source, 'sha256' | 'bytes' | 'fileName' | 'mediaType'> & {
    datasetId: string;
    uploadId: string;
    runId: string;
    created: boolean;
  },
  arrival: DocumentArrival,
): Promise<void> {
  const dataset = (await findDataset(tx, file.datasetId, everything))!;
  const reading = Object.fromEntries(
    readingDetails.flatMap((name) => (arrival.details[name] === undefined ? [] : [[name, arrival.details[name]]])),
  );
  const options: UploadOptions = {
    as_text: true,
    mode: 'replace',
    schema_policy: 'evolve',
    on_error: 'quarantine',
    ...(Object.keys(reading).length === 0 ? {} : { reading }),
  };
  await insertUpload(tx, {
    id: file.uploadId,
    projectId: dataset.projectId,
    datasetId: dataset.id,
    datasetName: dataset.name,
    createdDataset: file.created,
    runId: file.runId,
    userId: access.userId,
    fileName: file.fileName,
    mediaType: file.mediaType,
    bytes: file.bytes,
    blobSha256: file.sha256,
    source: 'upload',
    options: { ...options },
    state: 'received',
    revision: null,
    duplicateOf: null,
    quarantineOf: null,
    note: '',
  });
}
