import type { RowCounts, TableSchema } from '../dataset.ts';

/**
 * The version a revision proposes: a column gone, renamed or of a narrower or different type breaks readers (major);
 * new columns or rows do not (minor); anything else is a correction (patch). The first revision is 1.0.0.
 */
export function nextVersion(before: { version: string; schema: TableSchema } | undefined, after: VersionInput): string {
  if (before === undefined) return '1.0.0';
  const [major = 1, minor = 0, patch = 0] = before.version.split('.').map(Number);
  if (breaks(before.schema, after.schema)) return `${major + 1}.0.0`;
  if (after.schema.fields.length > before.schema.fields.length || after.counts.inserted > 0)
    return `${major}.${minor + 1}.0`;
  return `${major}.${minor}.${patch + 1}`;
}

export interface VersionInput {
  schema: TableSchema;
  counts: Pick<RowCounts, 'inserted'>;
}

function breaks(before: TableSchema, after: TableSchema): boolean {
  const types = new Map(after.fields.map((field) => [field.name, field.type]));
  return before.fields.some((field) => types.get(field.name) !== field.type);
}
