import { isDeepStrictEqual } from 'node:util';
import type { AuditEntry } from '../platform/audit/index.ts';
import type { Change, StoredRow } from './declaration.ts';
import type { Model } from './pure/model.ts';

/** What the audit log says of objects written together. Nothing of those that stayed as they were. */
export function auditEntries(model: Model, changes: readonly Change[]): AuditEntry[] {
  const { audited } = model.declaration;
  const named = (row: StoredRow | null) =>
    row === null || audited === undefined ? row : Object.fromEntries(audited.map((name) => [name, row[name]]));
  return changes.flatMap(({ id, before, after }) => {
    const row = (after ?? before)!;
    const facts = {
      object: `${model.name}/${id}`,
      projectId: idIn(model.name === 'project' ? row.id : row.project_id),
      datasetId: idIn(row.dataset_id ?? row.dataset),
    };
    if (before === null || after === null) {
      const action = `${model.name}.${before === null ? 'create' : 'delete'}`;
      return [{ ...facts, action, before: named(before), after: named(after) }];
    }
    const moved = new Set(Object.keys(after).filter((name) => !isDeepStrictEqual(before[name], after[name])));
    for (const field of model.fields.values()) if (field.field.auto === 'updated') moved.delete(field.name);
    if (moved.size === 0) return [];
    const told = (row: StoredRow) => Object.fromEntries(Object.entries(row).filter(([name]) => moved.has(name)));
    const [was, is] = audited === undefined ? [told(before), told(after)] : [named(before), named(after)];
    return [{ ...facts, action: `${model.name}.update`, before: was, after: is }];
  });
}

const idIn = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value) ? value : undefined;
