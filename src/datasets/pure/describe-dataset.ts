import type { Dataset, Revision } from '../dataset.ts';

export function describeDataset(dataset: Dataset, latest: Revision | undefined, origin: string) {
  const address = `${origin}/api/v1/dataset/${dataset.id}`;
  return {
    id: dataset.id,
    number: dataset.number,
    project_id: dataset.projectId,
    name: dataset.name,
    title: dataset.title,
    description: dataset.description,
    schema: dataset.schema,
    key: dataset.key,
    reading: dataset.reading,
    recipe: dataset.recipe,
    settings: dataset.settings,
    metadata: dataset.metadata,
    latest_revision: dataset.latestRevision,
    rows: latest?.rows ?? 0,
    version: latest?.version ?? null,
    url: address,
    data: latest === undefined ? null : `${address}/data`,
    created_by: dataset.createdBy,
    created_at: dataset.createdAt,
    updated_at: dataset.updatedAt,
    deleted_at: dataset.deletedAt,
  };
}

export function describeRevision(revision: Revision, origin: string) {
  const address = `${origin}/api/v1/dataset/${revision.datasetId}/revision/${revision.n}`;
  return {
    dataset_id: revision.datasetId,
    n: revision.n,
    kind: revision.kind,
    upload_id: revision.uploadId,
    run_id: revision.runId,
    schema: revision.schema,
    rows: revision.rows,
    bytes: revision.bytes,
    mode: revision.mode,
    key: revision.key,
    recipe: revision.recipe,
    reading: revision.reading,
    counts: revision.counts,
    issue_counts: revision.issueCounts,
    version: revision.version,
    changelog: revision.changelog,
    refers_to: revision.refersTo,
    url: address,
    data: `${address}/data`,
    created_by: revision.createdBy,
    created_at: revision.createdAt,
  };
}
