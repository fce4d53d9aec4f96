import type { Dataset, Upload } from '../datasets/index.ts';
import type { Json, LiveRun } from '../runs/index.ts';
import type { IngestPlan } from './pure/plan-ingest.ts';

/** One upload on its way through its run. */
export interface Ingest {
  run: LiveRun<{ uploadId: string }>;
  upload: Upload;
  /** As it is before; undefined for a dry run of a dataset that does not exist. */
  dataset: Dataset | undefined;
  plan: IngestPlan;
  /** Removed when the run ends. */
  folder: string;
}

/** What the run says it did. */
export function summaryOf(
  upload: Pick<Upload, 'id' | 'datasetId' | 'revision' | 'state' | 'counts' | 'duplicateOf'>,
): Json {
  return {
    upload: upload.id,
    dataset: upload.datasetId,
    revision: upload.revision,
    state: upload.state,
    rows: upload.counts === null ? null : { ...upload.counts },
    duplicate_of: upload.duplicateOf,
  };
}
