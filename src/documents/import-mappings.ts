import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Access, parseCsv } from '../resource/index.ts';
import { documentEmpty, invalidField } from './errors.ts';
import { type ContentType, contentTypes } from './mapping-store.ts';
import {
  checkMappingLines,
  type ImportedMapping,
  type MappingLine,
  mappingLines,
  writeMappingLines,
} from './review-store.ts';

/** The last is spelt as monitoring §7.4 has it; read with a blank or `_`, in any case. */
const header = ['content_type', 'source_object_code', 'master code'];
const spelling = (name: string) => name.trim().toLowerCase().replaceAll('_', ' ');

/** `content_type,source_object_code,master code`: the object by its own code, so that another instance understands it. */
export async function exportMappings(
  context: Context,
  access: Access,
  contentType: ContentType | undefined,
): Promise<string> {
  const lines = await mappingLines(context.db, access, contentType);
  return [header, ...lines.map((line) => [line.content_type, line.source_object_code, line.master_code ?? ''])]
    .map((cells) => `${cells.map(csvCell).join(',')}\r\n`)
    .join('');
}

const csvCell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const messages: Record<NonNullable<ImportedMapping['problem']>, string> = {
  unknown_master: 'there is no such object',
  ambiguous_master: 'more than one object goes by this name',
  forbidden: 'you may not map this code',
};

/** The same file back, all or nothing; an empty master code unmaps. A dry run tells every fault and keeps nothing. */
export async function importMappings(tx: Tx, access: Access, text: string, isDry: boolean) {
  const lines = readLines(text);
  const checked = await checkMappingLines(tx, access, lines);
  const issues = checked.flatMap(({ row, problem }) =>
    problem === null
      ? []
      : [
          {
            row,
            column: header[2]!,
            code: problem,
            message: `${lines[row - 1]!.master_code}: ${messages[problem]}`,
          },
        ],
  );
  if (issues.length > 0 && !isDry) {
    const status = issues.every(({ code }) => code === 'forbidden') ? 403 : 400;
    throw new AppError(status, status === 403 ? 'forbidden' : 'invalid_value', issues[0]!.message, {
      errors: issues,
    });
  }
  if (issues.length === 0) await writeMappingLines(tx, access);
  const count = (outcome: ImportedMapping['outcome']) =>
    checked.filter((one) => one.problem === null && one.outcome === outcome).length;
  const meta = {
    dry_run: isDry,
    total_count: lines.length,
    created: count('created'),
    updated: count('updated'),
    unchanged: count('unchanged'),
  };
  return { meta, objects: [], issues, error: null };
}

function readLines(text: string): MappingLine[] {
  const [first, ...rows] = parseCsv(text) ?? [];
  if (first === undefined || rows.length === 0) throw documentEmpty();
  const at = header.map((name) => first.findIndex((cell) => spelling(cell) === spelling(name)));
  const missing = header.find((_, index) => at[index] === -1);
  if (missing !== undefined) throw invalidField(missing, `${missing} is a required column.`);
  return rows
    .filter((cells) => cells.some((cell) => cell.trim() !== ''))
    .map((cells, index) => {
      const [type, code, master] = at.map((position) => (cells[position] ?? '').trim());
      if (!(contentTypes as readonly string[]).includes(type!)) {
        throw invalidField('content_type', `row ${index + 1}: content_type must be one of ${contentTypes.join(', ')}`);
      }
      if (code === '') throw invalidField('source_object_code', `row ${index + 1}: source_object_code is empty`);
      return { content_type: type as ContentType, source_object_code: code!, master_code: master! };
    });
}
