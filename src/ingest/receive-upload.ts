import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { getProject } from '../accounts/index.ts';
import { datasetNameOf, invalidDatasetName, isDatasetName } from '../datasets/index.ts';
import { type StoredBlob, uploadTooLarge } from '../platform/blobs/index.ts';
import type { Context } from '../platform/context.ts';
import type { Access } from '../resource/access.ts';
import { projectNotGiven } from './errors.ts';
import { endingOf, safeFileName } from './pure/file-name.ts';
import type { Parameters } from './pure/merge-parameters.ts';
import { expectedRevision, readParameters } from './read-parameters.ts';
import { receiveBody } from './receive-body.ts';
import type { StoredArrival } from './record-upload.ts';

/** A request that brings data, as much of it as matters here. */
export interface Arrival {
  access: Access;
  headers: IncomingHttpHeaders;
  query: unknown;
  body: Readable;
}

/**
 * Takes in the body of an upload and stores its files, one arrival for each. Order of refusals: readable input, options,
 * project and right, data.
 */
export async function receiveUpload(context: Context, arrival: Arrival): Promise<StoredArrival[]> {
  const { headers, access, query } = arrival;
  let admitted: { projectId: string; parameters: Parameters } | undefined;
  const received = await receiveBody<StoredBlob>(arrival.body, headers, {
    admit: async (fields) => {
      const parameters = readParameters(query, headers, fields);
      admitted = { parameters, projectId: await admitTo(context, access, parameters) };
      refuseTooLarge(headers, context.config.uploadMaxBytes);
    },
    store: (source) => context.blobs.put(source, { maxBytes: context.config.uploadMaxBytes }),
  });
  if (admitted === undefined) throw new Error('a body was stored without having been admitted');
  const { projectId, parameters } = admitted;
  return received.map((file) => {
    const fileName = nameOf(parameters, file.name, file.mediaType);
    return {
      projectId,
      datasetName: parameters.target.dataset ?? datasetNameOf(fileName),
      fileName,
      mediaType: file.mediaType ?? 'application/octet-stream',
      blob: file.stored,
      source: 'upload',
      options: parameters.options,
      note: parameters.target.note ?? '',
      expectedRevision: expectedRevision(headers),
    };
  });
}

/** The project's id, if the caller may add rows to it. Also looks at names now, before anything is transferred. */
export async function admitTo(context: Context, access: Access, parameters: Parameters): Promise<string> {
  const { project_id: given, dataset } = parameters.target;
  if (given === undefined || given === '') throw projectNotGiven();
  const project = await getProject(context, access, given, 'row.add');
  if (dataset !== undefined && !isDatasetName(dataset)) throw invalidDatasetName(dataset, datasetNameOf(dataset));
  return project.id;
}

/** Where the length is known beforehand, nobody has to send 6 GB to learn that 5 are allowed. */
function refuseTooLarge(headers: IncomingHttpHeaders, maxBytes: number): void {
  const coded = headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity';
  if (!coded && Number(headers['content-length'] ?? 0) > maxBytes + formOverheadBytes) throw uploadTooLarge(maxBytes);
}

/** What boundaries and fields of a form may add to the file. */
const formOverheadBytes = 1024 * 1024;

function nameOf(parameters: Parameters, sent: string | undefined, mediaType: string | undefined): string {
  return (
    safeFileName(parameters.target.filename ?? '') ??
    safeFileName(sent ?? '') ??
    `${parameters.target.dataset ?? 'upload'}.${endingOf(mediaType)}`
  );
}
