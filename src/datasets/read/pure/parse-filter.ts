import {
  type CompareOp,
  type Filter,
  FilterProblem,
  type FunctionName,
  functionNames,
  type Operand,
} from './filter-tree.ts';
import { type Token, tokeniseFilter } from './tokenise-filter.ts';

export const maxFilterBytes = 8192;
export const maxFilterTerms = 200;
export const maxFilterDepth = 20;

/**
 * The expression language of data-api.md §8.2: `or` binds loosest, then `and`, then `not`; keywords in any case.
 * Throws FilterProblem with the position.
 */
export function parseFilter(text: string): Filter {
  if (Buffer.byteLength(text) > maxFilterBytes) {
    throw new FilterProblem('filter_too_long', 0, `a filter may have ${maxFilterBytes} bytes`);
  }
  const reader: Reader = { tokens: tokeniseFilter(text), at: 0, terms: 0, depth: 0 };
  const filter = alternatives(reader);
  const rest = peek(reader);
  if (rest.type !== 'end') throw expected(rest, "'and', 'or' or the end");
  return filter;
}

interface Reader {
  tokens: Token[];
  at: number;
  terms: number;
  depth: number;
}

function alternatives(reader: Reader): Filter {
  const parts = [conjunction(reader)];
  while (takeWord(reader, 'or')) parts.push(conjunction(reader));
  return parts.length === 1 ? parts[0]! : { type: 'or', parts };
}

function conjunction(reader: Reader): Filter {
  const parts = [negation(reader)];
  while (takeWord(reader, 'and')) parts.push(negation(reader));
  return parts.length === 1 ? parts[0]! : { type: 'and', parts };
}

function negation(reader: Reader): Filter {
  const start = peek(reader).at;
  if (takeWord(reader, 'not')) return deeper(reader, start, () => ({ type: 'not', part: negation(reader) }));
  if (takeSign(reader, '(')) {
    return deeper(reader, start, () => {
      const inner = alternatives(reader);
      close(reader);
      return inner;
    });
  }
  return predicate(reader);
}

function predicate(reader: Reader): Filter {
  const at = peek(reader).at;
  reader.terms += 1;
  if (reader.terms > maxFilterTerms) {
    throw new FilterProblem('filter_too_long', at, `a filter may have ${maxFilterTerms} terms`);
  }
  const operand = readOperand(reader);
  const op = takeComparison(reader);
  if (op !== undefined) return { type: 'compare', op, left: operand, right: readOperand(reader), at };
  if (takeWord(reader, 'is')) {
    const negated = takeWord(reader, 'not');
    if (!takeWord(reader, 'null')) throw expected(peek(reader), "'null'");
    return { type: 'null', operand, negated, at };
  }
  const negated = takeWord(reader, 'not');
  if (takeWord(reader, 'in')) return { type: 'in', operand, list: readList(reader), negated, at };
  if (takeWord(reader, 'between')) {
    const low = readOperand(reader);
    if (!takeWord(reader, 'and')) throw expected(peek(reader), "'and'");
    return { type: 'between', operand, low, high: readOperand(reader), negated, at };
  }
  for (const word of ['like', 'ilike'] as const) {
    if (!takeWord(reader, word)) continue;
    return { type: 'like', operand, pattern: readOperand(reader), ignoreCase: word === 'ilike', negated, at };
  }
  if (negated) throw expected(peek(reader), "'in', 'between', 'like' or 'ilike'");
  if (operand.type === 'literal' && operand.kind !== 'boolean') throw expected(peek(reader), 'a comparison');
  return { type: 'test', operand, at };
}

function takeComparison(reader: Reader): CompareOp | undefined {
  const token = peek(reader);
  if (token.type !== 'sign') return undefined;
  const op = token.value === '<>' ? '!=' : token.value === '==' ? '=' : token.value;
  if (!['=', '!=', '<', '<=', '>', '>='].includes(op)) return undefined;
  reader.at += 1;
  return op as CompareOp;
}

function readList(reader: Reader): Operand[] {
  if (!takeSign(reader, '(')) throw expected(peek(reader), "'(' and a list");
  const list = [readOperand(reader)];
  while (takeSign(reader, ',')) list.push(readOperand(reader));
  close(reader);
  return list;
}

function readOperand(reader: Reader): Operand {
  const { type, value, at } = peek(reader);
  const next = reader.tokens[reader.at + 1];
  if (type === 'sign' || type === 'end') throw expected(peek(reader), 'a column or a value');
  reader.at += 1;
  if (type === 'text' || type === 'number') return { type: 'literal', kind: type, value, at };
  if (type === 'name') return { type: 'column', name: value, at };
  const word = value.toLowerCase();
  if ((word === 'date' || word === 'timestamp' || word === 'datetime') && next?.type === 'text') {
    reader.at += 1;
    return { type: 'literal', kind: word === 'date' ? 'date' : 'datetime', value: next.value, at: next.at };
  }
  if (next?.type === 'sign' && next.value === '(') return readCall(reader, word, at);
  if (word === 'true' || word === 'false') return { type: 'literal', kind: 'boolean', value: word, at };
  if (word === 'null') return { type: 'literal', kind: 'null', value: '', at };
  if (reservedWords.includes(word)) {
    throw new FilterProblem(
      'filter_syntax',
      at,
      `'${value}' cannot stand here`,
      `A column of this name is written in double quotes: "${value}".`,
    );
  }
  return { type: 'column', name: value, at };
}

const reservedWords = ['and', 'or', 'not', 'in', 'between', 'like', 'ilike', 'is'];

function readCall(reader: Reader, name: string, at: number): Operand {
  const known = functionNames.find((candidate): candidate is FunctionName => candidate === name);
  if (known === undefined) {
    if (reservedWords.includes(name)) throw new FilterProblem('filter_syntax', at, `'${name}' cannot stand here`);
    throw new FilterProblem(
      'filter_syntax',
      at,
      `there is no function '${name}'`,
      `Functions are ${functionNames.join(', ')}.`,
    );
  }
  return deeper(reader, at, () => {
    reader.at += 1;
    const args = [readOperand(reader)];
    while (takeSign(reader, ',')) args.push(readOperand(reader));
    close(reader);
    return { type: 'call', name: known, args, at };
  });
}

function deeper<T>(reader: Reader, at: number, read: () => T): T {
  reader.depth += 1;
  if (reader.depth > maxFilterDepth) {
    throw new FilterProblem('filter_too_long', at, `a filter may nest ${maxFilterDepth} deep`);
  }
  const result = read();
  reader.depth -= 1;
  return result;
}

function close(reader: Reader): void {
  if (!takeSign(reader, ')')) throw expected(peek(reader), "')'");
}

const peek = (reader: Reader): Token => reader.tokens[reader.at]!;

function takeWord(reader: Reader, word: string): boolean {
  const token = peek(reader);
  if (token.type !== 'word' || token.value.toLowerCase() !== word) return false;
  reader.at += 1;
  return true;
}

function takeSign(reader: Reader, sign: string): boolean {
  const token = peek(reader);
  if (token.type !== 'sign' || token.value !== sign) return false;
  reader.at += 1;
  return true;
}

function expected(token: Token, what: string): FilterProblem {
  const found = token.type === 'end' ? 'the end' : `'${token.value}'`;
  return new FilterProblem('filter_syntax', token.at, `expected ${what}, found ${found}`);
}
