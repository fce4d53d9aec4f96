/** One comparison of the script contract's `filter` (§4.1). */
export interface Comparison {
  field: string;
  op: '=' | '!=' | '>' | '<' | '>=' | '<=' | 'like';
  value: string;
}

/** Comma = AND; each part one comparison or `(a OR b)`. Undefined when it cannot be read. */
export function parseFilter(text: string): Comparison[][] | undefined {
  const parts = splitOutside(text, /^,/);
  if (parts === undefined) return undefined;
  const all = parts.map((part) => parseAny(part.trim()));
  return all.every((part) => part !== undefined) ? all : undefined;
}

function parseAny(part: string): Comparison[] | undefined {
  const inside = /^\((.*)\)$/s.exec(part)?.[1];
  if (inside === undefined) {
    const single = parseComparison(part);
    return single && [single];
  }
  const ways = splitOutside(inside, /^\s+or\s+/i)?.map((way) => parseComparison(way.trim()));
  return ways?.every((way) => way !== undefined) ? ways : undefined;
}

function parseComparison(text: string): Comparison | undefined {
  const match = /^([a-z_][a-z0-9_]*)\s*(!=|>=|<=|=|>|<|\s+like\s+)\s*(.*)$/is.exec(text);
  if (match === null) return undefined;
  const raw = match[3]!.trim();
  const quoted = /^(['"])(.*)\1$/s.exec(raw);
  if (quoted === null && (raw === '' || /['"()]/.test(raw))) return undefined;
  return { field: match[1]!, op: match[2]!.trim().toLowerCase() as Comparison['op'], value: quoted?.[2] ?? raw };
}

/** Splits where the separator stands outside quotes and parentheses; undefined when one is never closed. */
function splitOutside(text: string, separator: RegExp): string[] | undefined {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (quote !== '') {
      if (character === quote) quote = '';
      continue;
    }
    if (character === '"' || character === "'") quote = character;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth < 0) return undefined;
    const found = depth === 0 ? separator.exec(text.slice(at)) : null;
    if (found === null) continue;
    parts.push(text.slice(start, at));
    start = at + found[0].length;
    at = start - 1;
  }
  parts.push(text.slice(start));
  return depth === 0 && quote === '' ? parts : undefined;
}

export interface SortKey {
  field: string;
  descending: boolean;
}

/** `field asc|desc,…` or `-field`. */
export function parseSort(text: string): SortKey[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [, minus, field, direction] = /^(-?)\s*(\S+)(?:\s+(asc|desc))?$/i.exec(part) ?? [];
      return { field: field ?? part, descending: minus === '-' || direction?.toLowerCase() === 'desc' };
    });
}
