import { type FileHandle, open } from 'node:fs/promises';
import { identifier, literal } from '../platform/tabular/index.ts';

const separator = '\x1f';
const escapeMark = '\x1e';
const special = new RegExp(`[${escapeMark}${separator}\n\r]`);
const everySpecial = new RegExp(special.source, 'g');

/**
 * Writes rows of text in a form DuckDB reads back exactly and in parallel: cells end with U+001F, rows with a line
 * feed, nothing is quoted, and the four characters with a meaning are escaped with U+001E. Null is not empty.
 */
export class StageWriter {
  rows = 0;
  private widest = 0;
  private uneven = false;
  private longestRow = 0;
  private readonly escaped = new Set<number>();
  private parts: string[] = [];
  private pending = 0;
  private readonly file: string;
  private readonly handle: FileHandle;

  private constructor(file: string, handle: FileHandle) {
    this.file = file;
    this.handle = handle;
  }

  static async open(file: string): Promise<StageWriter> {
    return new StageWriter(file, await open(file, 'w'));
  }

  /** True when `flush` should be awaited before going on. */
  add(row: number, line: number | null, cells: readonly (string | null)[]): boolean {
    let text = `${row}${separator}${line ?? ''}`;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      if (cell === null) text += `${separator}${escapeMark}N`;
      else if (special.test(cell)) {
        this.escaped.add(i);
        text +=
          separator +
          cell.replace(
            everySpecial,
            (c) => escapeMark + (c === '\n' ? 'n' : c === '\r' ? 'r' : c === separator ? 's' : 'e'),
          );
      } else text += separator + cell;
    }
    text += '\n';
    if (this.rows > 0 && cells.length !== this.widest) this.uneven = true;
    if (cells.length > this.widest) this.widest = cells.length;
    this.rows += 1;
    if (text.length > this.longestRow) this.longestRow = text.length;
    this.parts.push(text);
    this.pending += text.length;
    return this.pending > 1 << 20;
  }

  async flush(): Promise<void> {
    const text = this.parts.join('');
    this.parts = [];
    this.pending = 0;
    await this.handle.writeFile(text);
  }

  /** Ends the file; `columns` is the number of `c1`…`cm` the relation shall have. */
  async finish(columns: number): Promise<string> {
    return stageRelation({ ...(await this.finishShape(columns)), file: this.file });
  }

  /** The same, as facts that can cross a thread border. */
  async finishShape(columns: number): Promise<Omit<StageShape, 'file'>> {
    await this.flush();
    await this.handle.close();
    return {
      columns,
      uneven: this.uneven || (this.rows > 0 && this.widest < columns),
      escaped: [...this.escaped],
      longestRow: this.longestRow,
      rows: this.rows,
    };
  }

  async abandon(): Promise<void> {
    await this.handle.close();
  }
}

export interface StageShape {
  file: string;
  columns: number;
  uneven: boolean;
  /** 0-based columns holding escapes. */
  escaped: number[];
  longestRow: number;
  rows: number;
}

export function stageRelation(shape: StageShape): string {
  const ids = Array.from({ length: shape.columns }, (_, i) => `c${i + 1}`);
  if (shape.rows === 0) {
    const empty = ['null::bigint as _row', 'null::bigint as _line', ...ids.map((id) => `null::varchar as ${id}`)];
    return `(select ${empty.join(', ')} where false)`;
  }
  const types = ["_row: 'BIGINT'", "_line: 'BIGINT'", ...ids.map((id) => `${id}: 'VARCHAR'`)];
  // A character has up to four bytes, and DuckDB counts bytes.
  const line = Math.max(2_000_000, shape.longestRow * 4 + 100);
  const read = `read_csv(${literal(shape.file)}, delim = chr(31), quote = '', escape = '', comment = '', header = false, auto_detect = false,
    columns = {${types.join(', ')}}, new_line = '\\n', nullstr = chr(30) || 'N', null_padding = ${shape.uneven},
    max_line_size = ${line}, buffer_size = ${Math.max(line + 1000, 8_000_000)}, compression = 'none')`;
  if (shape.escaped.length === 0) return `(from ${read})`;
  const cells = ids.map((id, i) => (shape.escaped.includes(i) ? `${unescaped(identifier(id))} as ${id}` : id));
  return `(select _row, _line, ${cells.join(', ')} from ${read})`;
}

function unescaped(cell: string): string {
  const steps: [string, string][] = [
    ["chr(30) || 'n'", 'chr(10)'],
    ["chr(30) || 'r'", 'chr(13)'],
    ["chr(30) || 's'", 'chr(31)'],
    ["chr(30) || 'e'", 'chr(30)'],
  ];
  return steps.reduce((sql, [from, to]) => `replace(${sql}, ${from}, ${to})`, cell);
}
