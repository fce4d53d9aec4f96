import type { FastifyRequest } from 'fastify';
import {
  type Dataset,
  datasetsWith,
  everything,
  findDatasetByName,
  findSameContent,
  findUpload,
  insertDataset,
  insertUpload,
  nothingQuarantined,
  type Upload,
  uploadNotFound,
  uploadsWith,
} from '../datasets/index.ts';
import { serialKeyOf } from '../datasets/jobs.ts';
import { recordAudit } from '../platform/audit/index.ts';
import type { StoredBlob } from '../platform/blobs/index.ts';
import type { Context } from '../platform/context.ts';
import type { Queryable, Tx } from '../platform/db/index.ts';
import { holdBlobs } from '../platform/storage/index.ts';
import type { Access } from '../resource/access.ts';
import { withIdempotencyKey } from '../resource/index.ts';
import { insertRun } from '../runs/index.ts';
import { duplicateRefused, invalidOption, optionNeedsEditor, quarantineClosed, revisionMoved } from './errors.ts';
import { ingestRun } from './jobs.ts';
import { storedOptions, type UploadOptions } from './pure/upload-options.ts';
import { readingNames } from './reading.ts';

export interface StoredArrival {
  projectId: string;
  datasetName: string;
  fileName: string;
  mediaType: string;
  blob: Pick<StoredBlob, 'sha256' | 'bytes'>;
  source: Upload['source'];
  options: UploadOptions;
  note: string;
  /** The revision the sender has seen; refused when the dataset has moved on. */
  expectedRevision: number | undefined;
}

/**
 * Records stored files and asks for their ingest, in one transaction. The files came first: a blob without a row is swept
 * up later, while a row without a blob would be a promise we cannot keep. With an Idempotency-Key the same request sent
 * again gets the uploads of the first. Returns the ids of the uploads.
 */
export async function recordUploads(
  context: Context,
  request: Pick<FastifyRequest, 'access' | 'headers' | 'url' | 'method'>,
  arrivals: StoredArrival[],
): Promise<{ ids: string[]; replayed: boolean }> {
  const record = async (tx: Tx) => {
    const ids: string[] = [];
    for (const arrival of arrivals) ids.push(await recordUpload(context, tx, request.access, arrival));
    return ids;
  };
  const key = request.headers['idempotency-key'];
  if (key === undefined) return { ids: await context.db.transaction(record), replayed: false };
  const answer = await withIdempotencyKey(
    context.db,
    {
      key: String(key),
      caller: request.access.userId ?? 'anonymous',
      route: `${request.method} upload`,
      request: JSON.stringify([request.url, arrivals.map(identityOf)]),
    },
    async (tx) => ({ status: 201, headers: {}, body: JSON.stringify(await record(tx)) }),
  );
  return { ids: JSON.parse(answer.body) as string[], replayed: answer.headers['idempotency-replayed'] === 'true' };
}

/** What makes two requests the same one; whether the bytes were stored before does not. */
const identityOf = ({ blob, ...arrival }: StoredArrival) => ({ ...arrival, blob: blob.sha256 });

/** A dry run makes no dataset: it leaves the file and what was found in it, for a day. */
async function recordUpload(context: Context, tx: Tx, access: Access, arrival: StoredArrival): Promise<string> {
  await holdBlobs(tx, context.blobs, [arrival.blob.sha256]);
  const id = context.newId();
  const { dataset, created } = await datasetFor(context, tx, access, arrival);
  const latest = dataset?.latestRevision ?? 0;
  if (arrival.expectedRevision !== undefined && arrival.expectedRevision !== latest) throw revisionMoved(latest);
  await refuseEditorsOptions(tx, access, dataset, arrival.options);
  await checkQuarantine(tx, access, arrival, dataset);
  const same = await findSameContent(tx, arrival.projectId, arrival.blob.sha256, uploadsWith(access, 'upload.read'));
  const usual = storedOptions(dataset?.settings.upload ?? {}, readingNames, invalidOption);
  const options = { ...usual, ...arrival.options };
  if (same !== undefined && options.on_duplicate === 'reject') throw duplicateRefused(same.id);
  const runId = await insertRun(tx, context, {
    kind: ingestRun,
    maxAttempts: context.config.ingestAttempts,
    payload: { uploadId: id },
    projectId: arrival.projectId,
    userId: access.userId,
    subject: { type: 'upload', id },
    ...(dataset === undefined ? {} : { serialKey: serialKeyOf(dataset.id) }),
  });
  await insertUpload(tx, {
    id,
    projectId: arrival.projectId,
    datasetId: dataset?.id ?? null,
    datasetName: arrival.datasetName,
    createdDataset: created,
    runId,
    userId: access.userId,
    fileName: arrival.fileName,
    mediaType: arrival.mediaType,
    bytes: arrival.blob.bytes,
    blobSha256: arrival.blob.sha256,
    source: arrival.source,
    options: { ...options, ...(arrival.expectedRevision === undefined ? {} : { base: arrival.expectedRevision }) },
    state: 'received',
    revision: null,
    duplicateOf: same?.id ?? null,
    quarantineOf: arrival.options.quarantine ?? null,
    note: arrival.note,
  });
  const said = {
    action: 'upload.create',
    object: `upload/${id}`,
    projectId: arrival.projectId,
    datasetId: dataset?.id,
    after: { dataset: arrival.datasetName, file_name: arrival.fileName, sha256: arrival.blob.sha256 },
    runId,
  };
  if (arrival.options.dry_run !== true) await recordAudit(tx, access, [said]);
  return id;
}

/** The dataset an arrival goes to, made where it is new; a dry run makes none. */
export async function datasetFor(
  context: Context,
  tx: Tx,
  access: Access,
  arrival: Pick<StoredArrival, 'projectId' | 'datasetName' | 'options'>,
): Promise<{ dataset: Dataset | undefined; created: boolean }> {
  const find = () => findDatasetByName(tx, arrival.projectId, arrival.datasetName, everything);
  const found = await find();
  if (found !== undefined || arrival.options.dry_run === true) return { dataset: found, created: false };
  const created = await insertDataset(tx, {
    id: context.newId(),
    projectId: arrival.projectId,
    name: arrival.datasetName,
    title: arrival.datasetName,
    createdBy: access.userId,
  });
  return { dataset: await find(), created };
}

/** A contributor adds to a dataset; what the dataset is, and what is already in it, is for those who may edit it. */
export async function refuseEditorsOptions(
  tx: Queryable,
  access: Access,
  dataset: Dataset | undefined,
  options: UploadOptions,
): Promise<void> {
  if (dataset === undefined || dataset.latestRevision === 0) return;
  const asked = (['recipe', 'schema', 'key'] as const).filter((name) => options[name] !== undefined);
  const wanted = options.mode === 'replace' ? ['mode', ...asked] : asked;
  if (wanted.length === 0) return;
  const editable = await findDatasetByName(tx, dataset.projectId, dataset.name, datasetsWith(access, 'dataset.write'));
  if (editable === undefined) throw optionNeedsEditor(wanted[0]!);
}

async function checkQuarantine(
  tx: Queryable,
  access: Access,
  arrival: StoredArrival,
  dataset: Dataset | undefined,
): Promise<void> {
  const id = arrival.options.quarantine;
  if (id === undefined) return;
  const upload = await findUpload(tx, id, uploadsWith(access, 'upload.read'));
  if (upload === undefined || upload.datasetId !== dataset?.id) throw uploadNotFound(id);
  if (upload.rejectsSha256 === null || upload.state !== 'published') throw nothingQuarantined(id);
  if (upload.quarantineClosedBy !== null) throw quarantineClosed(id);
}
