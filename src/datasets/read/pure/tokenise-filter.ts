import { FilterProblem } from './filter-tree.ts';

export interface Token {
  /** `word` may be a keyword; `name` was written in double quotes and never is. */
  type: 'word' | 'name' | 'text' | 'number' | 'sign' | 'end';
  value: string;
  at: number;
}

const patterns: [Exclude<Token['type'], 'end'>, RegExp][] = [
  ['word', /[\p{L}_][\p{L}\p{M}\p{N}_]*(?:\.[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*)*/uy],
  ['name', /"(?:[^"]|"")*"/uy],
  ['text', /'(?:[^']|'')*'/uy],
  ['number', /[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/uy],
  ['sign', /<=|>=|<>|!=|==|[=<>(),]/uy],
];

/** Words, names in double quotes, texts in single quotes (doubled inside), numbers, signs; then one `end`. */
export function tokeniseFilter(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at = afterBlanks(text, at);
    if (at >= text.length) return [...tokens, { type: 'end', value: '', at }];
    const token = tokenAt(text, at);
    tokens.push({ type: token.type, value: plain(token), at });
    at += token.value.length;
  }
}

function afterBlanks(text: string, at: number): number {
  const blanks = /\s*/uy;
  blanks.lastIndex = at;
  return at + (blanks.exec(text)?.[0].length ?? 0);
}

function tokenAt(text: string, at: number): Token {
  for (const [type, pattern] of patterns) {
    pattern.lastIndex = at;
    const value = pattern.exec(text)?.[0];
    if (value !== undefined) return { type, value, at };
  }
  const sign = String.fromCodePoint(text.codePointAt(at)!);
  if (sign === "'" || sign === '"') throw new FilterProblem('filter_syntax', at, `the quote ${sign} is never closed`);
  throw new FilterProblem('filter_syntax', at, `'${sign}' means nothing here`);
}

function plain({ type, value }: Token): string {
  if (type === 'text') return value.slice(1, -1).replaceAll("''", "'");
  if (type === 'name') return value.slice(1, -1).replaceAll('""', '"');
  return value;
}
