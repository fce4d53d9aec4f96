import { limitReached, nestedTooDeep, unreadableFile } from './errors.ts';

/** What to do with a value the scanner meets: go inside, hand over its text, or pass over it. */
export type Visit = 'enter' | 'take' | 'skip';

export interface TakenValue {
  path: (string | number)[];
  text: string;
  /** Physical line it starts on, from 1. */
  line: number;
}

/**
 * Walks a JSON text of any size in pieces and hands over the texts of the values asked for, so that only one of them is in memory.
 * Syntax inside taken values is for the parser to judge; around them it is judged here.
 */
export async function* scanJson(
  pieces: AsyncIterable<string>,
  decide: (path: (string | number)[], first: string) => Visit,
  { maxCharacters, maxDepth }: { maxCharacters: number; maxDepth: number },
): AsyncGenerator<TakenValue> {
  const source = pieces[Symbol.asyncIterator]();
  let text = '';
  let at = 0;
  let line = 1;

  async function more(): Promise<boolean> {
    const next = await source.next();
    if (next.done) return false;
    for (let i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) line += 1;
    text = text.slice(at) + next.value;
    at = 0;
    return true;
  }

  /** The next character that is not blank; '' at the end of the text. */
  async function peek(): Promise<string> {
    for (;;) {
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return text[at]!;
      }
      if (!(await more())) return '';
    }
  }

  async function expect(character: string): Promise<void> {
    const found = await peek();
    if (found !== character)
      throw broken(`expected '${character}' but found ${found === '' ? 'the end' : `'${found}'`}`);
    at += 1;
  }

  function broken(reason: string): Error {
    return unreadableFile('JSON', new Error(`${reason} in line ${lineAt(at)}`));
  }

  function lineAt(position: number): number {
    let count = line;
    for (let i = text.indexOf('\n'); i >= 0 && i < position; i = text.indexOf('\n', i + 1)) count += 1;
    return count;
  }

  /** Length of the value at `at`, reading on as long as needed. */
  async function valueEnd(): Promise<number> {
    const first = text[at]!;
    let depth = 0;
    let inString = false;
    let i = at;
    for (;;) {
      for (; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (inString) {
          if (code === 92) i++;
          else if (code === 34) {
            inString = false;
            if (depth === 0) return i + 1;
          }
        } else if (code === 34) inString = true;
        else if (code === 123 || code === 91) {
          if (++depth > maxDepth) throw nestedTooDeep(maxDepth, lineAt(i));
        } else if (code === 125 || code === 93) {
          if (depth === 0) return i;
          if (--depth === 0) return i + 1;
        } else if (
          depth === 0 &&
          first !== '"' &&
          (code === 44 || code === 32 || code === 10 || code === 13 || code === 9)
        )
          return i;
      }
      if (i - at > maxCharacters) throw limitReached('length of a record', maxCharacters, 'characters');
      const done = i - at;
      if (!(await more())) {
        if (depth > 0 || inString) throw broken('the text ends inside a value');
        return text.length;
      }
      i = done;
    }
  }

  async function* visit(path: (string | number)[]): AsyncGenerator<TakenValue> {
    const first = await peek();
    if (first === '') throw broken('the text ends where a value should stand');
    const choice = decide(path, first);
    if (path.length > maxDepth) throw nestedTooDeep(maxDepth, lineAt(at));
    if (choice === 'enter' && first === '[') {
      at += 1;
      if ((await peek()) === ']') {
        at += 1;
        return;
      }
      for (let index = 0; ; index++) {
        yield* visit([...path, index]);
        if ((await peek()) === ']') break;
        await expect(',');
      }
      at += 1;
      return;
    }
    if (choice === 'enter' && first === '{') {
      at += 1;
      if ((await peek()) === '}') {
        at += 1;
        return;
      }
      for (;;) {
        if ((await peek()) !== '"') throw broken('expected a member name');
        const end = await valueEnd();
        const key = parsed(text.slice(at, end));
        at = end;
        await expect(':');
        yield* visit([...path, key]);
        if ((await peek()) === '}') break;
        await expect(',');
      }
      at += 1;
      return;
    }
    const startLine = choice === 'take' ? lineAt(at) : 0;
    const end = await valueEnd();
    const value = text.slice(at, end);
    at = end;
    if (value === '') throw broken('expected a value');
    if (choice === 'take') yield { path, text: value, line: startLine };
  }

  function parsed(key: string): string {
    try {
      return JSON.parse(key) as string;
    } catch {
      throw broken('bad member name');
    }
  }

  yield* visit([]);
  const rest = await peek();
  if (rest !== '') throw broken(`unexpected '${rest}' after the end`);
}
