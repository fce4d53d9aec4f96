import type { Context } from '../../platform/context.ts';
import type { Queryable } from '../../platform/db/index.ts';
import type { Access } from '../../resource/index.ts';

/** A stored value that came out of a document, as its datapoint has it. */
export interface DocumentValue {
  datapointId: number;
  datasetId: string;
  revision: number;
  documentId: number | null;
  row: number;
  column: string | null;
  /** The cell's text, and the number it was read as. */
  raw: string | null;
  value: number;
  indicatorId: number;
  locationId: number;
  campaignId: number | null;
  dataDate: string | null;
}

/** What the module that takes documents in knows beside the datapoint (contract monitoring §6.7, `source`). */
export interface DocumentOrigin {
  doc_title: string | null;
  /** Of the file as it was sent. */
  sha256: string | null;
  /** Of the row in the file; null where its rows are no lines. */
  line: number | null;
  /** The person's integer, and what they are called. */
  uploaded_by: number | null;
  uploaded_by_username: string | null;
  /** What was done to the cell's text before it was a number, in words. */
  cleaning: string[];
  /** The codes of the row and column, and what they were taken for. */
  mappings: { id: number; code: string; content_type: string; mapped_by_id: number | null; mapped_by: string | null }[];
  /** Of a sum the cells it is made of, in the order of the file; else none. */
  added: { row: number; line: number | null; column: string; raw: string }[];
  /** Of the same row and indicator: columns before this one, which it counts before. */
  passed_over: { column: string; raw: string }[];
  /** May the caller read rows of the dataset? If not, only document, row number and hash are told. */
  canReadRows: boolean;
}

export interface DocumentOrigins {
  /** By `datapointId`, in few statements however many are asked for; what is not known is left out. */
  originsOf(db: Queryable, access: Access, values: readonly DocumentValue[]): Promise<Map<number, DocumentOrigin>>;
}

/** Nobody knows of any document: nobody may read its rows. */
const noOrigins: DocumentOrigins = { originsOf: async () => new Map() };

const known = new WeakMap<Context, DocumentOrigins>();

/** Called at start by the module that takes documents in, which lies above this one; the last to call is asked. */
export function provideDocumentOrigins(context: Context, origins: DocumentOrigins): void {
  known.set(context, origins);
}

export const documentOriginsOf = (context: Context): DocumentOrigins => known.get(context) ?? noOrigins;
