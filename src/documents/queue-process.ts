import { forLargeWork } from '../platform/db/index.ts';
import { runHandler } from '../runs/index.ts';
import { queueProcessRun } from './jobs.ts';
import { markAllToProcess } from './store.ts';

/** All rows of the document are to be processed: by the next refresh_master or transform_upload. */
export const queueProcess = runHandler(queueProcessRun, async (context, run) => {
  const { document_id: documentId } = run.payload;
  const rows = await forLargeWork(context.db, run.signal).transaction((tx) => markAllToProcess(tx, documentId));
  return { document_id: documentId, rows };
});
