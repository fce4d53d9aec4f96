import { type DocumentOrigins, provideDocumentOrigins } from '../aggregates/index.ts';
import type { Context } from '../platform/context.ts';
import { raw, sql } from '../platform/db/index.ts';
import { originsOfValues } from './origin-store.ts';
import { describeCleaning } from './pure/describe-cleaning.ts';

/** Raw text is for those who may read the dataset's rows, and for whoever sent the file. */
const documentOrigins: DocumentOrigins = {
  originsOf: async (db, access, values) => {
    const project = raw('(select ds.project_id from dataset ds where ds.id = d.dataset_id)');
    const canRead = sql`(${access.where('row.read', { project })} or ${access.where('document.read', { owner: raw('d.created_by') })})`;
    const origins = new Map((await originsOfValues(db, values, canRead)).map((one) => [one.datapointId, one]));
    return new Map(
      values.flatMap((value) => {
        const origin = origins.get(value.datapointId);
        if (origin === undefined) return [];
        const { docTitle, sha256, line, uploadedBy, uploadedByUsername, mappings, canReadRows } = origin;
        const told = {
          doc_title: docTitle,
          sha256,
          line,
          uploaded_by: uploadedBy,
          uploaded_by_username: uploadedByUsername,
          cleaning: value.raw === null ? [] : describeCleaning(value.raw, value.value),
          mappings,
          canReadRows,
        };
        return [[value.datapointId, told] as const];
      }),
    );
  },
};

/** From now on the lineage of a value leads to the file. */
export function connectDocuments(context: Context): void {
  provideDocumentOrigins(context, documentOrigins);
}
