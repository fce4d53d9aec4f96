import { Worker } from 'node:worker_threads';
import { RE2JS } from 're2js';
import type { NameMatch, NameTask } from './name-patterns.worker.ts';
import { StepProblem } from './step-failure.ts';

export type { NameMatch } from './name-patterns.worker.ts';

const maxPatternLength = 1000;
/** A thread may take this long to come up on a busy machine. */
const startSeconds = 30;
/** A pattern is done in microseconds or never. */
const patternSeconds = 2;

/**
 * Which names a pattern matches in full, with its groups. RE2 is asked first; what it cannot run, such as look-ahead, runs in a
 * thread that is ended when it takes too long.
 */
export async function matchNames(
  pattern: string,
  names: string[],
  signal?: AbortSignal,
): Promise<Map<string, NameMatch>> {
  const matches = re2Matches(pattern, names) ?? (await threadMatches(pattern, names, signal));
  return new Map(
    names.flatMap((name, i): [string, NameMatch][] => {
      const match = matches[i];
      return match ? [[name, match]] : [];
    }),
  );
}

/** Null where a name does not match; undefined when RE2 cannot run the pattern. */
export function re2Matches(pattern: string, names: string[]): (NameMatch | null)[] | undefined {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
  return names.map((name) => {
    const matcher = compiled.matcher(name);
    if (!matcher.matches()) return null;
    const groups = Array.from({ length: compiled.groupCount() + 1 }, (_, i) => matcher.group(i) ?? undefined);
    const named = Object.entries(compiled.namedGroups()).map(([group, i]) => [group, groups[i]]);
    return { groups, named: Object.fromEntries(named) };
  });
}

/** What is wrong with a name pattern. Making a RegExp runs nothing, so that this may be done anywhere. */
export function namePatternProblem(pattern: string): string | undefined {
  if (pattern.length > maxPatternLength) return `the pattern is longer than ${maxPatternLength} characters`;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch {
    try {
      const { source, flags } = asJavaScript(pattern);
      new RegExp(source, flags);
      return undefined;
    } catch (error) {
      return `the pattern ${JSON.stringify(pattern)} cannot be read (${(error as Error).message})`;
    }
  }
}

/** Number of groups and their names; undefined when only the thread could say. */
export function groupsOf(pattern: string): { count: number; names: string[] } | undefined {
  try {
    const compiled = RE2JS.compile(pattern);
    return { count: compiled.groupCount(), names: Object.keys(compiled.namedGroups()) };
  } catch {
    return undefined;
  }
}

/** Python's `(?P<n>…)` and leading `(?i)` as JavaScript has them. */
function asJavaScript(pattern: string): { source: string; flags: string } {
  const [, flags = '', rest = ''] = /^(?:\(\?([ims]+)\))?([\s\S]*)$/.exec(pattern) ?? [];
  return {
    source: rest.replaceAll('(?P<', '(?<').replace(/\(\?P=(\w+)\)/g, '\\k<$1>'),
    flags: [...new Set(`u${flags}`)].join(''),
  };
}

function threadMatches(
  pattern: string,
  names: string[],
  signal: AbortSignal | undefined,
): Promise<(NameMatch | null)[]> {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const task: NameTask = { ...asJavaScript(pattern), names };
  const worker = new Worker(new URL(`./name-patterns.worker.${ending}`, import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  });
  const shown = JSON.stringify(pattern);
  return new Promise<(NameMatch | null)[]>((resolve, reject) => {
    const tooLate = () => reject(new StepProblem(`The pattern ${shown} takes too long on the field names`));
    let late = setTimeout(tooLate, startSeconds * 1000);
    const stop = () => reject(signal!.reason);
    signal?.addEventListener('abort', stop);
    worker.on('message', (message: 'ready' | (NameMatch | null)[]) => {
      clearTimeout(late);
      if (message === 'ready') late = setTimeout(tooLate, patternSeconds * 1000);
      else resolve(message);
    });
    worker.once('error', (error) =>
      reject(new StepProblem(`The pattern ${shown} cannot be run: ${error instanceof Error ? error.message : error}`)),
    );
    worker.once('exit', () => {
      clearTimeout(late);
      signal?.removeEventListener('abort', stop);
      reject(new StepProblem(`The pattern ${shown} cannot be run: its thread ended`));
    });
  }).finally(() => worker.terminate());
}
