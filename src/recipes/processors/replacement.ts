import { groupsOf } from './name-patterns.ts';
import type { NameMatch } from './name-patterns.worker.ts';

type Piece = string | { group: number | string };

/** A replacement as Python writes it: `\1`, `\g<1>`, `\g<name>`, `\\`, `\n`, `\t`. Throws an Error for other escapes. */
function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = [];
  const escapes = /\\(?:g<(\w+)>|(\d{1,2})|([\s\S]?))/g;
  let from = 0;
  for (const match of template.matchAll(escapes)) {
    pieces.push(template.slice(from, match.index));
    from = match.index + match[0].length;
    const [, name, number, char] = match;
    if (name !== undefined) pieces.push({ group: /^\d+$/.test(name) ? Number(name) : name });
    else if (number !== undefined) pieces.push({ group: Number(number) });
    else if (char === '\\') pieces.push('\\');
    else if (char === 'n') pieces.push('\n');
    else if (char === 't') pieces.push('\t');
    else if (char !== undefined && /^[^A-Za-z]$/.test(char)) pieces.push(char);
    else throw new Error(`a bad escape in the replacement ${JSON.stringify(template)}`);
  }
  pieces.push(template.slice(from));
  return pieces.filter((piece) => piece !== '');
}

/** What is wrong with a replacement for the matches of this pattern. */
export function replacementProblem(pattern: string, template: string): string | undefined {
  let pieces: Piece[];
  try {
    pieces = piecesOf(template);
  } catch (error) {
    return (error as Error).message;
  }
  const groups = groupsOf(pattern);
  if (groups === undefined) return undefined;
  for (const piece of pieces) {
    if (typeof piece === 'string') continue;
    const known = typeof piece.group === 'number' ? piece.group <= groups.count : groups.names.includes(piece.group);
    if (!known) return `the replacement names the group ${piece.group}, which the pattern does not have`;
  }
  return undefined;
}

/** The replacement filled with the groups of a match. */
export function expand(template: string, match: NameMatch): string {
  return piecesOf(template)
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      return (typeof piece.group === 'number' ? match.groups[piece.group] : match.named[piece.group]) ?? '';
    })
    .join('');
}

/** The replacement as RE2 writes it, which knows `\0` to `\9` and `\\`. Throws an Error for groups beyond. */
export function re2Replacement(pattern: string, template: string, groupNumber: (name: string) => number): string {
  return piecesOf(template)
    .map((piece) => {
      if (typeof piece === 'string') return piece.replaceAll('\\', '\\\\');
      const number = typeof piece.group === 'number' ? piece.group : groupNumber(piece.group);
      if (number > 9) throw new Error(`only nine groups can be used in a replacement of ${JSON.stringify(pattern)}`);
      return `\\${number}`;
    })
    .join('');
}
