import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Context } from '../platform/context.ts';
import { bodyTooLarge } from '../platform/http/index.ts';
import { uploadUnreadable } from './errors.ts';
import { safeFileName } from './pure/file-name.ts';
import type { Parameters } from './pure/merge-parameters.ts';
import { openEnvelope } from './pure/record-envelope.ts';
import { optionNames } from './pure/upload-options.ts';
import { expectedRevision, readParameters } from './read-parameters.ts';
import { readingNames } from './reading.ts';
import { receiveBody } from './receive-body.ts';
import { type Arrival, admitTo } from './receive-upload.ts';
import type { StoredArrival } from './record-upload.ts';

/**
 * Takes in records sent as JSON or NDJSON. NDJSON streams like a file. JSON is looked into first, because its envelope
 * may name project and options; its text is stored as it came, so that no number changes on the way.
 */
export async function pushRecords(context: Context, arrival: Arrival): Promise<StoredArrival> {
  const { headers, access, query } = arrival;
  const lines = /ndjson|jsonl|json-seq/i.test(headers['content-type'] ?? '');
  const admit = async (fields: Record<string, unknown>) => {
    const parameters = readParameters(query, headers, fields);
    return { parameters, projectId: await admitTo(context, access, parameters) };
  };
  let admitted: { parameters: Parameters; projectId: string } | undefined;
  const [received] = await receiveBody(arrival.body, headers, {
    admit: async () => {
      if (lines) admitted = await admit({});
    },
    store: async (source) => {
      if (lines) return context.blobs.put(source, { maxBytes: context.config.uploadMaxBytes });
      const text = await bufferOf(source, context.config.bodyMaxBytes);
      const envelope = openEnvelope(parsed(text), [...optionNames, ...readingNames]);
      if (envelope === undefined) throw uploadUnreadable('The body holds no records.');
      admitted = await admit(envelope.options);
      if (envelope.records !== undefined) {
        admitted.parameters.options.reading = { records: envelope.records, ...admitted.parameters.options.reading };
      }
      return context.blobs.put(Readable.from([text]), { maxBytes: context.config.uploadMaxBytes });
    },
  });
  if (admitted === undefined || received === undefined) throw new Error('records were stored without being admitted');
  const { projectId, parameters } = admitted;
  const dataset = parameters.target.dataset ?? 'records';
  return {
    projectId,
    datasetName: dataset,
    fileName: safeFileName(parameters.target.filename ?? '') ?? `${dataset}.${lines ? 'ndjson' : 'json'}`,
    mediaType: lines ? 'application/x-ndjson' : 'application/json',
    blob: received.stored,
    source: 'push',
    options: parameters.options,
    note: parameters.target.note ?? '',
    expectedRevision: expectedRevision(headers),
  };
}

async function bufferOf(source: Readable, maxBytes: number): Promise<Buffer> {
  let bytes = 0;
  source.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) source.destroy(bodyTooLarge(maxBytes));
  });
  return buffer(source);
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw uploadUnreadable(`The body is not JSON: ${(error as Error).message}`);
  }
}
