import { RE2JS } from 're2js';
import Type from 'typebox';

/** Absent = all; a text = regular expression matched in full; a list = exact names; a number = position, from 0. */
export type ResourceSelector = undefined | null | string | string[] | number;

export const resourceSelector = Type.Optional(
  Type.Union([
    Type.Null(),
    Type.String({ maxLength: 1000 }),
    Type.Array(Type.String(), { maxItems: 500 }),
    Type.Integer(),
  ]),
);

/** Names chosen by a selector, in the order of `names`. RE2 takes linear time, so that a selector may be tried anywhere. */
export function selectResources(selector: ResourceSelector, names: readonly string[]): string[] {
  if (selector === undefined || selector === null) return [...names];
  if (typeof selector === 'number') {
    const name = names.at(selector);
    return name === undefined ? [] : [name];
  }
  if (typeof selector !== 'string') return names.filter((name) => selector.includes(name));
  if (names.includes(selector)) return names.filter((name) => name === selector || matchesFully(selector, name));
  return names.filter((name) => matchesFully(selector, name));
}

function matchesFully(pattern: string, name: string): boolean {
  return RE2JS.compile(pattern).matches(name);
}

/** Why RE2 cannot run a pattern; undefined when it can. */
export function re2Problem(pattern: string): string | undefined {
  if (pattern.length > 1000) return 'the pattern is longer than 1000 characters';
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace('error parsing regexp: ', '');
    return `the pattern ${JSON.stringify(pattern)} cannot be run by RE2 (${reason})`;
  }
}
