export interface CsvDialect {
  delimiter: string;
  /** Empty = no quoting. */
  quote: string;
  /** Empty = a quote is doubled inside quotes. */
  escape: string;
  skipInitialSpace: boolean;
}

export interface CsvRecord {
  /** Undefined when a quote is stray or never closed: `raw` then holds the one physical line given up. */
  cells: string[] | undefined;
  raw: string;
  /** Physical line the record starts on, from 1. */
  line: number;
}

/**
 * Splits text into records, chunk by chunk. `\n`, `\r\n` and `\r` end a record; a quoted cell may hold them. A record
 * whose quoting is broken costs exactly its first physical line, and reading goes on behind that: one lost quote never
 * swallows the rest of the file.
 */
export class CsvTokeniser {
  private rest = '';
  /** Below this length a broken-off record is not tried again, so that a long one is not rescanned per chunk. */
  private patience = 0;
  private line = 1;
  private readonly dialect: CsvDialect;
  private readonly maxRecord: number;
  private readonly tooLong: () => never;

  constructor(dialect: CsvDialect, maxRecordCharacters: number, tooLong: () => never) {
    this.dialect = dialect;
    this.maxRecord = maxRecordCharacters;
    this.tooLong = tooLong;
  }

  *push(chunk: string): Generator<CsvRecord> {
    this.rest += chunk;
    if (this.rest.length < this.patience) return;
    yield* this.drain(false);
    this.patience = this.rest.length * 2;
  }

  *end(): Generator<CsvRecord> {
    yield* this.drain(true);
  }

  private *drain(final: boolean): Generator<CsvRecord> {
    const text = this.rest;
    let at = 0;
    while (at < text.length) {
      const found = this.record(text, at, final);
      if (found === undefined) {
        if (text.length - at <= this.maxRecord) break;
        // Too long to wait for: either one endless line, or a quote that is not closed any time soon.
        if (firstLineEnd(text, at) - at > this.maxRecord) this.tooLong();
        at = yield* this.giveUp(text, at);
        continue;
      }
      if (found === 'broken') {
        at = yield* this.giveUp(text, at);
        continue;
      }
      yield { cells: found.cells, raw: '', line: this.line };
      this.line += found.lines;
      at = found.next;
    }
    this.rest = at === 0 ? text : text.slice(at);
  }

  private *giveUp(text: string, at: number): Generator<CsvRecord, number> {
    const end = firstLineEnd(text, at);
    yield { cells: undefined, raw: text.slice(at, end), line: this.line };
    this.line += 1;
    return afterLineEnd(text, end);
  }

  /** One record from `at`; undefined when the text breaks off before its end is certain. */
  private record(
    text: string,
    at: number,
    final: boolean,
  ): { cells: string[]; next: number; lines: number } | 'broken' | undefined {
    const { delimiter, quote, skipInitialSpace } = this.dialect;
    const mark = delimiter.charCodeAt(0);
    const quoteCode = quote === '' ? -1 : quote.charCodeAt(0);
    const cells: string[] = [];
    let lines = 0;
    let i = at;
    for (;;) {
      if (skipInitialSpace) while (text.charCodeAt(i) === 32) i++;
      if (i < text.length && text.charCodeAt(i) === quoteCode) {
        const quoted = this.quoted(text, i + 1, final);
        if (quoted === undefined || quoted === 'broken') return quoted;
        cells.push(quoted.value);
        lines += quoted.lines;
        i = quoted.next;
      } else {
        const start = i;
        let code = -1;
        for (; i < text.length; i++) {
          code = text.charCodeAt(i);
          if (code === mark || code === 10 || code === 13) break;
          if (code === quoteCode) return 'broken';
        }
        cells.push(text.slice(start, i));
      }
      if (i >= text.length) return final ? { cells, next: i, lines: lines + 1 } : undefined;
      const code = text.charCodeAt(i);
      if (code === mark) {
        i++;
        continue;
      }
      if (code === 13 && i + 1 === text.length && !final) return undefined;
      return { cells, next: afterLineEnd(text, i), lines: lines + 1 };
    }
  }

  private quoted(
    text: string,
    at: number,
    final: boolean,
  ): { value: string; next: number; lines: number } | 'broken' | undefined {
    const { delimiter, quote, escape: escapeMark } = this.dialect;
    let value = '';
    let from = at;
    let i = at;
    for (;;) {
      const close = text.indexOf(quote, i);
      const escaped = escapeMark === '' ? -1 : firstWithin(text, escapeMark, i, close < 0 ? text.length : close);
      if (escaped >= 0) {
        if (escaped + 1 >= text.length) return final ? 'broken' : undefined;
        value += text.slice(from, escaped) + text[escaped + 1];
        from = escaped + 2;
        i = from;
        continue;
      }
      if (close < 0) return final ? 'broken' : undefined;
      if (close + 1 >= text.length && !final) return undefined;
      if (escapeMark === '' && text[close + 1] === quote) {
        value += text.slice(from, close + 1);
        from = close + 2;
        i = from;
        continue;
      }
      value += text.slice(from, close);
      const after = text[close + 1];
      if (after !== undefined && after !== delimiter && after !== '\n' && after !== '\r') return 'broken';
      return { value, next: close + 1, lines: lineEnds(text, at, close) };
    }
  }
}

/** Looks no further than `end`: searching the whole text for each cell would be quadratic. */
function firstWithin(text: string, mark: string, from: number, end: number): number {
  const at = text.slice(from, end).indexOf(mark);
  return at < 0 ? -1 : from + at;
}

function firstLineEnd(text: string, at: number): number {
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 13) return i;
  }
  return text.length;
}

function afterLineEnd(text: string, at: number): number {
  return text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : Math.min(at + 1, text.length);
}

function lineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) count++;
  }
  return count;
}
