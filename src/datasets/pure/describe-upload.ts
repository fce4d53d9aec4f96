import type { Run } from '../../runs/index.ts';
import type { Upload } from '../uploads/upload.ts';

/**
 * The answer to an upload (data-api.md §2.3). A run that ended badly without having closed its upload (cancelled, timed
 * out, lost) shows here at once; the sweep writes it down later.
 */
export function describeUpload(upload: Upload, run: Pick<Run, 'id' | 'state'> | undefined, origin: string) {
  const issues = upload.issueCounts;
  return {
    id: upload.id,
    project_id: upload.projectId,
    dataset: { id: upload.datasetId, name: upload.datasetName, created: upload.createdDataset },
    revision: upload.revision,
    state: stateOf(upload, run),
    file: {
      name: upload.fileName,
      size: upload.bytes,
      sha256: upload.blobSha256,
      media_type: upload.mediaType,
    },
    rows: upload.counts,
    issues: {
      errors: issues?.error ?? 0,
      warnings: issues?.warning ?? 0,
      url: `${origin}/api/v1/upload/${upload.id}/issues`,
    },
    duplicate_of: upload.duplicateOf,
    source: upload.source,
    options: upload.options,
    note: upload.note,
    quarantine: quarantineOf(upload, origin),
    error: upload.error,
    expires_at: upload.expiresAt,
    created_at: upload.createdAt,
    run: run === undefined ? null : { id: run.id, state: run.state, url: `${origin}/api/v1/run/${run.id}` },
  };
}

function stateOf(upload: Upload, run: Pick<Run, 'state'> | undefined): Upload['state'] {
  const endedBadly = run?.state === 'failed' || run?.state === 'cancelled';
  return upload.state === 'received' && endedBadly ? 'failed' : upload.state;
}

function quarantineOf(upload: Upload, origin: string) {
  if (upload.rejectsSha256 === null) return null;
  return {
    rows: upload.counts?.rejected ?? 0,
    url: `${origin}/api/v1/upload/${upload.id}/quarantine`,
    closed_by: upload.quarantineClosedBy,
  };
}
