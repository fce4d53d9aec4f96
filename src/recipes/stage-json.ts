import path from 'node:path';
import { isNestedDeeper } from '../platform/is-nested-deeper.ts';
import { limitReached, nestedTooDeep, readingOptionInvalid, unreadableFile } from './errors.ts';
import { cellOf, type FlatCell, flattenRecord, isRecord } from './pure/flatten-record.ts';
import { type ExactJson, parseExact } from './pure/parse-exact.ts';
import type { FieldType } from './pure/table-schema.ts';
import type { ReadingOptions } from './reading-options.ts';
import { scanJson, type Visit } from './scan-json.ts';
import { columnsOf, readableText, type StageContext } from './stage-delimited.ts';
import { RejectedRowWriter } from './stage-rejects.ts';
import type { Staged } from './staged.ts';
import { decodedText } from './transcode-file.ts';
import { StageWriter } from './write-stage.ts';

/** JSON in any of the accepted forms as a relation: one column per dotted key, in the order keys first appear. */
export async function stageJson(
  file: string,
  format: 'json' | 'ndjson' | 'geojson',
  options: ReadingOptions,
  context: StageContext,
): Promise<Staged> {
  const text = await readableText(file, options, context);
  const sink = await RecordSink.open(context);
  try {
    const read = () => decodedText(text.file, 'utf-8', context.signal);
    let form: string;
    if (format === 'ndjson') form = await readLines(read(), sink, context);
    else {
      const shape = await outline(read(), context);
      if (format === 'json' && options.records === undefined && shape.several)
        form = await readLines(read(), sink, context);
      else form = await readDocument(read, shape, format, options.records, sink, context);
    }
    const staged = await sink.finish(context);
    return {
      ...staged,
      issues: [...text.issues, ...staged.issues],
      reading: {
        format: form,
        compression: 'none',
        encoding: text.encoding,
        direct: false,
        ...(options.records ? { records: options.records } : {}),
      },
    };
  } catch (error) {
    await sink.abandon();
    throw error;
  }
}

interface Outline {
  root: string;
  /** More JSON follows behind the first value: line-delimited after all. */
  several: boolean;
  /** Members of a root object: first character of the value, and of the first element when it is a list. */
  members: Map<string, { first: string; element: string | undefined }>;
  type: string | undefined;
}

type ScanLimits = Parameters<typeof scanJson>[2];

const scanLimits = ({ limits }: StageContext, maxCharacters = limits.recordCharacters): ScanLimits => ({
  maxCharacters,
  maxDepth: limits.jsonDepth,
});

/** The outermost shape of a document, read without keeping any of its content. */
async function outline(pieces: AsyncIterable<string>, context: StageContext): Promise<Outline> {
  const shape: Outline = { root: '', several: false, members: new Map(), type: undefined };
  const decide = (at: (string | number)[], first: string): Visit => {
    if (at.length === 0) {
      shape.root = first;
      return first === '{' ? 'enter' : 'skip';
    }
    const key = String(at[0]);
    if (at.length === 1) {
      shape.members.set(key, { first, element: undefined });
      if (key === 'type' && first === '"') return 'take';
      return first === '[' ? 'enter' : 'skip';
    }
    const member = shape.members.get(key)!;
    member.element ??= first;
    return 'skip';
  };
  try {
    for await (const value of scanJson(pieces, decide, scanLimits(context, context.limits.unpackedBytes)))
      shape.type = String(parsed(value.text));
  } catch (error) {
    // A second value behind the first is what tells line-delimited JSON from a document.
    if (shape.root === '{' && error instanceof Error && error.message.includes('after the end')) shape.several = true;
    else throw error;
  }
  return shape;
}

async function readDocument(
  read: () => AsyncGenerator<string>,
  shape: Outline,
  format: 'json' | 'geojson',
  records: string | undefined,
  sink: RecordSink,
  context: StageContext,
): Promise<string> {
  const limit = scanLimits(context);
  if (records !== undefined) {
    await readList(read(), pointerParts(records), sink, limit);
    return 'json';
  }
  if (shape.root === '[') {
    await readList(read(), [], sink, limit);
    return 'json';
  }
  if (shape.root !== '{') throw unreadableFile('JSON', new Error('it is neither a list nor an object'));
  if (format === 'geojson' || (shape.type === 'FeatureCollection' && shape.members.get('features')?.first === '[')) {
    if (shape.members.get('features')?.first !== '[')
      throw unreadableFile('GeoJSON', new Error('it is not a FeatureCollection'));
    for await (const value of scanJson(read(), within(['features']), limit)) await sink.feature(value.text, value.line);
    return 'geojson';
  }
  if (shape.members.get('columns')?.first === '[' && shape.members.get('rows')?.first === '[') {
    await readColumnsAndRows(read, sink, limit);
    return 'json';
  }
  const lists = [...shape.members].filter(([, member]) => member.first === '[' && member.element === '{');
  if (lists.length === 1) {
    await readList(read(), [lists[0]![0]], sink, limit);
    return 'json';
  }
  if (lists.length > 1) {
    throw unreadableFile(
      'JSON',
      new Error(
        `it holds several lists (${lists.map(([name]) => name).join(', ')}): name one with the reading option records`,
      ),
    );
  }
  for await (const value of scanJson(read(), () => 'take', limit)) await sink.record(value.text, value.line);
  return 'json';
}

function within(parts: string[]) {
  return (at: (string | number)[], first: string): Visit => {
    if (at.length <= parts.length) {
      if (!at.every((key, i) => String(key) === parts[i])) return 'skip';
      return first === '[' || (first === '{' && at.length < parts.length) ? 'enter' : 'skip';
    }
    return 'take';
  };
}

async function readList(
  pieces: AsyncIterable<string>,
  parts: string[],
  sink: RecordSink,
  limit: ScanLimits,
): Promise<void> {
  let found = false;
  const inside = within(parts);
  const decide = (at: (string | number)[], first: string): Visit => {
    if (at.length === parts.length && first === '[' && at.every((key, i) => String(key) === parts[i])) found = true;
    return inside(at, first);
  };
  let header: string[] | undefined;
  for await (const value of scanJson(pieces, decide, limit)) {
    if (value.text.startsWith('[') && (header !== undefined || sink.rows === 0)) {
      const cells = parsed(value.text) as ExactJson[];
      if (header === undefined) {
        header = cells.map((cell) => cellOf(cell).text ?? '');
        sink.declare(header);
      } else await sink.list(cells, header.length, value.line);
    } else await sink.record(value.text, value.line);
  }
  if (!found) throw readingOptionInvalid('records', `there is no list at '/${parts.join('/')}'`);
}

async function readColumnsAndRows(
  read: () => AsyncGenerator<string>,
  sink: RecordSink,
  limit: ScanLimits,
): Promise<void> {
  let width = 0;
  for await (const value of scanJson(
    read(),
    (at) => (at.length === 0 ? 'enter' : at[0] === 'columns' ? 'take' : 'skip'),
    limit,
  )) {
    const names = (parsed(value.text) as ExactJson[]).map(
      (column) => (isRecord(column) ? cellOf(column.name ?? '') : cellOf(column)).text ?? '',
    );
    sink.declare(names);
    width = names.length;
  }
  for await (const value of scanJson(read(), within(['rows']), limit)) {
    const cells = parsed(value.text);
    if (Array.isArray(cells)) await sink.list(cells, width, value.line);
    else await sink.reject('not-a-record', value.text, value.line);
  }
}

async function readLines(pieces: AsyncIterable<string>, sink: RecordSink, context: StageContext): Promise<string> {
  let rest = '';
  let line = 0;
  const take = async (text: string) => {
    line += 1;
    const value = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (value.trim() === '') await sink.reject('blank-row', undefined, line);
    else if (isNestedDeeper(value, context.limits.jsonDepth)) throw nestedTooDeep(context.limits.jsonDepth, line);
    else await sink.record(value, line);
  };
  for await (const piece of pieces) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    if (rest.length > context.limits.recordCharacters)
      throw limitReached('length of a record', context.limits.recordCharacters, 'characters');
    for (const text of lines) await take(text);
  }
  if (rest !== '') await take(rest);
  return 'ndjson';
}

function parsed(text: string): ExactJson {
  try {
    return parseExact(text);
  } catch (error) {
    throw unreadableFile('JSON', error);
  }
}

function pointerParts(pointer: string): string[] {
  if (pointer === '' || pointer === '/') return [];
  if (!pointer.startsWith('/')) throw readingOptionInvalid('records', 'must be a JSON pointer such as /data/items');
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Records in, stage rows out; columns are found on the way. */
class RecordSink {
  rows = 0;
  private readonly places = new Map<string, number>();
  private readonly kinds: { quoted: boolean; bare: boolean }[] = [];
  private geometry = false;
  private readonly writer: StageWriter;
  private readonly rejects: RejectedRowWriter;
  private readonly context: StageContext;

  private constructor(writer: StageWriter, rejects: RejectedRowWriter, context: StageContext) {
    this.writer = writer;
    this.rejects = rejects;
    this.context = context;
  }

  static async open(context: StageContext): Promise<RecordSink> {
    const writer = await StageWriter.open(path.join(context.workFolder, 'stage.txt'));
    return new RecordSink(writer, new RejectedRowWriter(context.workFolder), context);
  }

  declare(names: string[]): void {
    names.forEach((name, i) => {
      // Repeated names are told apart by their place; columnsOf reports and renames them.
      this.place(this.places.has(name) ? `${name}\0${i}` : name);
    });
  }

  async record(text: string, line: number): Promise<void> {
    let value: ExactJson;
    try {
      value = parseExact(text);
    } catch {
      return this.reject('invalid-json', text, line);
    }
    if (!isRecord(value)) return this.reject('not-a-record', text, line);
    await this.cells(flattenRecord(value), line);
  }

  async feature(text: string, line: number): Promise<void> {
    const feature = parsed(text);
    if (!isRecord(feature) || feature.type !== 'Feature') return this.reject('not-a-record', text, line);
    const cells = isRecord(feature.properties) ? flattenRecord(feature.properties) : new Map<string, FlatCell>();
    if (feature.id !== undefined && !cells.has('id')) cells.set('id', cellOf(feature.id));
    cells.set('geometry', { ...cellOf(feature.geometry ?? null), quoted: false });
    this.geometry = true;
    await this.cells(cells, line);
  }

  async list(values: ExactJson[], width: number, line: number): Promise<void> {
    if (values.length !== width) {
      this.rows += 1;
      const code = values.length < width ? 'missing-value' : 'extra-value';
      return this.rejects.add(
        this.rows,
        line,
        code,
        values.map((value) => cellOf(value).text ?? ''),
      );
    }
    const names = [...this.places.keys()];
    await this.cells(new Map(values.map((value, i) => [names[i]!, cellOf(value)])), line);
  }

  async reject(
    code: 'invalid-json' | 'not-a-record' | 'blank-row',
    text: string | undefined,
    line: number,
  ): Promise<void> {
    this.rows += 1;
    await this.rejects.add(this.rows, line, code, text === undefined ? [] : [text.slice(0, 100_000)]);
  }

  async finish(context: StageContext): Promise<Omit<Staged, 'reading'>> {
    const names = [...this.places.keys()].map((name) => name.replace(/\0\d+$/, ''));
    const { columns, issues } = columnsOf(names, true, context.limits);
    const described = columns.map((column, i) => {
      const { quoted, bare } = this.kinds[i]!;
      return { ...column, ...(quoted && !bare ? { textOnly: true } : {}) };
    });
    // Properties first, then the geometry, wherever its key came up.
    const at = this.geometry ? described.findIndex(({ header }) => header === 'geometry') : -1;
    const geometry = described[at];
    if (geometry) {
      described.splice(at, 1);
      described.push({ ...geometry, known: { type: 'geojson' as FieldType } } as (typeof described)[number]);
    }
    const relation = await this.writer.finish(columns.length);
    return {
      relation,
      numbered: true,
      firstLine: 1,
      columns: described,
      emptyIsNull: false,
      padded: true,
      rejected: await this.rejects.finish(),
      issues,
    };
  }

  async abandon(): Promise<void> {
    await this.writer.abandon().catch(() => undefined);
  }

  private async cells(cells: Map<string, FlatCell>, line: number): Promise<void> {
    this.rows += 1;
    const row: (string | null)[] = [];
    for (const [name, cell] of cells) {
      const place = this.place(name);
      while (row.length < place) row.push(null);
      row[place] = cell.text;
      if (cell.text === null) continue;
      if (cell.text.length > this.context.limits.cellCharacters)
        throw limitReached('length of a cell', this.context.limits.cellCharacters, 'characters');
      if (cell.quoted) this.kinds[place]!.quoted = true;
      else this.kinds[place]!.bare = true;
    }
    if (this.writer.add(this.rows, line, row)) await this.writer.flush();
    if (this.writer.rows > this.context.limits.rows)
      throw limitReached('number of rows', this.context.limits.rows, 'rows');
  }

  private place(name: string): number {
    const known = this.places.get(name);
    if (known !== undefined) return known;
    if (this.places.size >= this.context.limits.columns)
      throw limitReached('number of columns', this.context.limits.columns, 'columns');
    this.places.set(name, this.places.size);
    this.kinds.push({ quoted: false, bare: false });
    return this.places.size - 1;
  }
}
