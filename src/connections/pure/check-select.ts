export type SqlDialect = 'postgres' | 'mysql';

/**
 * Is the text exactly one statement that only reads? Undefined: yes. The database parses it once more, inside a read-only
 * transaction: what this finds is found before anything is sent. In MySQL a comment of the form `/*!` is code, and INTO
 * writes a file, which no transaction prevents.
 */
export function selectProblem(text: string, dialect: SqlDialect): string | undefined {
  const found = tokens(text, dialect);
  if (typeof found === 'string') return found;
  const first = found[0];
  if (first === undefined) return 'must be a SELECT';
  const end = found.findIndex(({ word }) => word === ';');
  if (end !== -1 && end < found.length - 1) return 'must be one statement';
  if (first.word !== 'select' && first.word !== 'with') return 'must begin with SELECT or WITH';
  const verb = found.find(({ word, depth }) => depth === 0 && verbs.has(word));
  if (verb?.word !== 'select') return 'must be a SELECT';
  if (found.some(({ word }) => word === 'into')) return 'must not have INTO';
  const locking = found.some(({ word }, i) => lockedBy[word]?.has(found[i + 1]?.word ?? ''));
  return locking ? 'must not lock rows' : undefined;
}

/** Without what ends a statement, to be put into another one. */
export function withoutEnd(text: string, dialect: SqlDialect): string {
  const found = tokens(text, dialect);
  const last = typeof found === 'string' ? undefined : found.at(-1);
  return last?.word === ';' ? text.slice(0, last.at) : text;
}

const verbs = new Set(['select', 'insert', 'update', 'delete', 'replace', 'merge', 'values', 'table']);
const lockedBy: Record<string, ReadonlySet<string>> = {
  for: new Set(['update', 'share', 'no', 'key']),
  lock: new Set(['in']),
};

interface Token {
  /** In lower case; what is quoted is `''`. */
  word: string;
  depth: number;
  at: number;
}

/** A text is the problem that kept it from being read to its end. */
function tokens(text: string, dialect: SqlDialect): Token[] | string {
  const found: Token[] = [];
  const rest = dialect === 'postgres' ? inPostgres : inMysql;
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    rest.lastIndex = at;
    const [token = ''] = rest.exec(text) ?? [];
    if (token === '' || (token === '/' && text[at + 1] === '*')) return 'has a quote or a comment that does not end';
    if (dialect === 'mysql' && /^\/\*M?!/.test(token)) return 'must not have comments that are code';
    const isSpace = /^(\s|--|\/\*|#)/.test(token) && !(dialect === 'postgres' && token === '#');
    if (token === ')') depth -= 1;
    if (!isSpace) found.push({ word: /^['"`$]|^[eE]'/.test(token) ? '' : token.toLowerCase(), depth, at });
    if (token === '(') depth += 1;
    const length = token.startsWith('/*') && dialect === 'postgres' ? nestedEnd(text, at) - at : token.length;
    if (Number.isNaN(length)) return 'has a comment that does not end';
    at += length;
  }
  return found;
}

const inPostgres =
  /\s+|--[^\n]*|\/\*|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?\$\1\$|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d[\w.]*|\$\d+|[^\s'"]/y;
const inMysql =
  /\s+|--(?=\s|$)[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S]|"")*"|`(?:[^`]|``)*`|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d[\w.]*|[^\s'"`]/y;

/** Comments of PostgreSQL may hold others. NaN: it does not end. */
function nestedEnd(text: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let open = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    open += mark[0] === '/*' ? 1 : -1;
    if (open === 0) return marks.lastIndex;
  }
  return Number.NaN;
}
