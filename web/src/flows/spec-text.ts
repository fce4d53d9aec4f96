import { isMap, isNode, isScalar, LineCounter, parseDocument, stringify } from 'yaml';

export interface SpecFault {
  /** From 1; undefined: the whole of it. */
  line: number | undefined;
  /** Of the server's findings only. */
  pointer?: string;
  problem: string;
}

export interface ReadSpec {
  /** Undefined while the text cannot be read. */
  value: unknown;
  faults: SpecFault[];
  lineOf: (pointer: string) => number | undefined;
}

/** JSON or YAML; the one is nearly a part of the other, so one parser tells the lines of both. */
export function readSpec(text: string): ReadSpec {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = document.errors.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, problem: message }));
  if (faults.length > 0) return { value: undefined, faults, lineOf: () => undefined };
  return {
    value: document.toJS(),
    faults,
    lineOf: (pointer) => {
      // What is missing has no line of its own; what it is missing from has.
      for (let path = pathOf(pointer); ; path = path.slice(0, -1)) {
        const node = path.length === 0 ? document.contents : document.getIn(path, true);
        if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line;
        if (path.length === 0) return undefined;
      }
    },
  };
}

const pathOf = (pointer: string): (string | number)[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** The server's findings of an upload: `<pointer>: <problem>` where it knows the place. */
export function faultsOf(errors: string[], { lineOf }: ReadSpec): SpecFault[] {
  const listed = errors.length > 1 && errors[0] === 'Validation failed for contents' ? errors.slice(1) : errors;
  return listed.map((error) => {
    const [, pointer, problem] = /^((?:\/[^:]*)?): (.*)$/s.exec(error) ?? [];
    if (pointer === undefined || problem === undefined) return { line: undefined, problem: error };
    return { line: lineOf(pointer), pointer, problem };
  });
}

/** With another schedule, all else as it was, comments too. */
export function withSchedule(text: string, schedule: string | undefined): string {
  if (isJson(text)) {
    const { schedule: _, ...rest } = JSON.parse(text) as Record<string, unknown>;
    return `${JSON.stringify({ ...rest, ...(schedule === undefined ? {} : { schedule }) }, null, 2)}\n`;
  }
  const { contents } = parseDocument(text);
  const pair = isMap(contents)
    ? contents.items.find(({ key }) => isScalar(key) && key.value === 'schedule')
    : undefined;
  const from = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  const until = isNode(pair?.value) ? pair.value.range?.[1] : undefined;
  const line = schedule === undefined ? '' : stringify({ schedule }, { lineWidth: 0 });
  if (from === undefined || until === undefined) return `${text.trimEnd()}\n${line}`;
  if (schedule === undefined) return text.slice(0, from) + text.slice(until).replace(/^[^\n]*\n?/, '');
  return text.slice(0, from) + line.trimEnd() + text.slice(until);
}

export const isJson = (text: string): boolean => text.trimStart().startsWith('{');

export const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
export const asYaml = (value: unknown): string => stringify(value, { lineWidth: 0 });

/** As it was sent: the server's own `update_time` is left out. */
export function sentSpec<T extends { meta: Record<string, unknown> }>(spec: T): T {
  const { update_time: _, ...meta } = spec.meta;
  return { ...spec, meta };
}
