import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { AppError } from '../platform/errors/index.ts';
import type { DecodedText } from '../platform/http/index.ts';
import { type Access, parseCsv } from '../resource/index.ts';
import { documentEmpty, invalidField } from './errors.ts';
import { type ContentType, contentTypes } from './mapping-store.ts';
import { maxCode } from './pure/column-roles.ts';
import {
  checkMappingLines,
  type ImportedMapping,
  type MappingLine,
  mappingLines,
  writeMappingLines,
} from './review-store.ts';

/** The last is spelt as monitoring §7.4 has it; read with a blank or `_`, in any case. */
const header = ['content_type', 'source_object_code', 'master code'];
/** A fourth column, written only where a code is no data: all others read the three. */
const ignoredColumn = 'is_ignored';
const spelling = (name: string) => name.trim().toLowerCase().replaceAll('_', ' ');

/** `content_type,source_object_code,master code`: the object by its own code, so that another instance understands it; and what is no data. */
export async function exportMappings(
  context: Context,
  access: Access,
  contentType: ContentType | undefined,
): Promise<string> {
  const lines = await mappingLines(context.db, access, contentType);
  const isAnyIgnored = lines.some((line) => line.is_ignored);
  const rows = lines.map((line) => [
    line.content_type,
    line.source_object_code,
    line.master_code ?? '',
    ...(isAnyIgnored ? [String(line.is_ignored)] : []),
  ]);
  return [isAnyIgnored ? [...header, ignoredColumn] : header, ...rows]
    .map((cells) => `${cells.map(csvCell).join(',')}\r\n`)
    .join('');
}

const csvCell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const messages: Record<NonNullable<ImportedMapping['problem']>, string> = {
  unknown_master: 'there is no such object',
  ambiguous_master: 'more than one object goes by this name',
  forbidden: 'you may not map this code',
};

/** Of each code that lines say different things of, the later line and the first. */
function contradictions(lines: readonly MappingLine[]) {
  const first = new Map<string, number>();
  return lines.flatMap((line, index) => {
    const key = `${line.content_type} ${line.source_object_code}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, index);
    const said = earlier === undefined ? line : lines[earlier]!;
    if (said.master_code === line.master_code && said.is_ignored === line.is_ignored) return [];
    const meaning = (one: MappingLine) => (one.is_ignored ? 'no data' : one.master_code || 'nothing');
    const rows = `row ${earlier! + 1} says ${meaning(said)}, row ${index + 1} says ${meaning(line)}`;
    const message = `${line.source_object_code}: ${rows}`;
    return [{ row: index + 1, column: header[2]!, code: 'contradiction', message }];
  });
}

/** The same file back, all or nothing; an empty master code unmaps. A dry run tells every fault and keeps nothing. */
export async function importMappings(tx: Tx, access: Access, { text, guessed }: DecodedText, isDry: boolean) {
  const lines = readLines(text);
  const checked = await checkMappingLines(tx, access, lines);
  const problems = checked.flatMap(({ row, problem }) =>
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
  const issues = [...problems, ...contradictions(lines)].sort((one, other) => one.row - other.row);
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
    ...(guessed === undefined ? {} : { encoding: guessed }),
  };
  return { meta, objects: [], issues, error: null };
}

function readLines(text: string): MappingLine[] {
  const read = parseCsv(text);
  if ('problem' in read) throw invalidField('file', read.problem);
  const [first, ...rows] = read.rows;
  if (first === undefined || rows.length === 0) throw documentEmpty();
  const position = (name: string) => first.findIndex((cell) => spelling(cell) === spelling(name));
  const at = header.map(position);
  const missing = header.find((_, index) => at[index] === -1);
  if (missing !== undefined) throw invalidField(missing, `${missing} is a required column.`);
  const ignoredAt = position(ignoredColumn);
  return rows
    .filter((cells) => cells.some((cell) => cell.trim() !== ''))
    .map((cells, index) => {
      const [type, code, master, ignored] = [...at, ignoredAt].map((one) => (cells[one] ?? '').trim());
      if (!(contentTypes as readonly string[]).includes(type!)) {
        throw invalidField('content_type', `row ${index + 1}: content_type must be one of ${contentTypes.join(', ')}`);
      }
      if (code === '') throw invalidField('source_object_code', `row ${index + 1}: source_object_code is empty`);
      if (code!.length > maxCode) {
        const message = `row ${index + 1}: source_object_code must have at most ${maxCode} characters`;
        throw invalidField('source_object_code', message);
      }
      const isIgnored = yesOrNo[ignored!.toLowerCase()];
      if (isIgnored === undefined) {
        throw invalidField(ignoredColumn, `row ${index + 1}: ${ignoredColumn} must be true or false`);
      }
      return {
        content_type: type as ContentType,
        source_object_code: code!,
        master_code: master!,
        is_ignored: isIgnored,
      };
    });
}

const yesOrNo: Record<string, boolean> = {
  '': false,
  false: false,
  '0': false,
  no: false,
  true: true,
  '1': true,
  yes: true,
};
