import { type DocumentOrigins, type DocumentValue, provideDocumentOrigins } from '../aggregates/index.ts';
import type { Context } from '../platform/context.ts';
import { raw, sql } from '../platform/db/index.ts';
import { addendsOfValues, originsOfValues } from './origin-store.ts';
import { describeCleaning } from './pure/describe-cleaning.ts';

/** Raw text is for those who may read the dataset's rows, and for whoever sent the file. */
const documentOrigins: DocumentOrigins = {
  originsOf: async (db, access, values) => {
    const project = raw('(select ds.project_id from dataset ds where ds.id = d.dataset_id)');
    const canRead = sql`(${access.where('row.read', { project })} or ${access.where('document.read', { owner: raw('d.created_by') })})`;
    const origins = new Map((await originsOfValues(db, values, canRead)).map((one) => [one.datapointId, one]));
    const sums = values.filter((one) => origins.has(one.datapointId) && one.raw?.includes(' + '));
    const addends = new Map(
      sums.length === 0 ? [] : (await addendsOfValues(db, sums)).map((one) => [one.datapointId, one.cells]),
    );
    return new Map(
      values.flatMap((value) => {
        const origin = origins.get(value.datapointId);
        if (origin === undefined) return [];
        const { docTitle, sha256, line, uploadedBy, uploadedByUsername, mappings, passedOver, canReadRows } = origin;
        const added = addends.get(value.datapointId) ?? [];
        const told = {
          doc_title: docTitle,
          sha256,
          line,
          uploaded_by: uploadedBy,
          uploaded_by_username: uploadedByUsername,
          cleaning: cleaningOf(value, added.length),
          mappings,
          added,
          passed_over: passedOver,
          canReadRows,
        };
        return [[value.datapointId, told] as const];
      }),
    );
  },
};

function cleaningOf({ raw: said, value }: DocumentValue, cells: number): string[] {
  if (said === null) return [];
  return cells > 1 ? [`the sum of ${cells} cells`] : describeCleaning(said, value);
}

/** From now on the lineage of a value leads to the file. */
export function connectDocuments(context: Context): void {
  provideDocumentOrigins(context, documentOrigins);
}
