import { addComputedField, addFieldConstant } from './add-computed-field.ts';
import { concatenate } from './concatenate.ts';
import { deduplicate } from './deduplicate.ts';
import { duplicate } from './duplicate.ts';
import { filter } from './filter.ts';
import { findReplace } from './find-replace.ts';
import { join } from './join.ts';
import { loaders } from './load.ts';
import { addMetadata, loadMetadata, updateResource } from './metadata.ts';
import { printer } from './printer.ts';
import type { Processor } from './processor.ts';
import { script } from './script.ts';
import { setTypes } from './set-types.ts';
import { deleteFields, renameFields, selectFields } from './shape-fields.ts';
import { sort } from './sort.ts';
import { unpivot } from './unpivot.ts';
import { validate } from './validate.ts';

/** The catalogue (flows contract §7.7), in the order of its page. */
export const processors: readonly Processor[] = [
  addMetadata,
  updateResource,
  loadMetadata,
  setTypes,
  filter,
  sort,
  deduplicate,
  duplicate,
  concatenate,
  join,
  unpivot,
  findReplace,
  deleteFields,
  selectFields,
  renameFields,
  addComputedField,
  addFieldConstant,
  ...loaders,
  validate,
  script,
  printer,
];

const byName = new Map(
  processors.flatMap((one) => [one.name, ...(one.aliases ?? [])].map((name): [string, Processor] => [name, one])),
);

export function findProcessor(name: string): Processor | undefined {
  return byName.get(name);
}

/** Of what is in the catalogue. */
export function processorVersion(name: string): string | undefined {
  return byName.get(name)?.version;
}

/** Why a name stands for nothing that may be run; undefined for those of the catalogue. */
export function nameProblem(name: string): string | undefined {
  if (byName.has(name)) return undefined;
  if (isForbidden(name)) return `the processor ${JSON.stringify(name)} is not allowed`;
  const near = nearest(name, [...byName.keys()]);
  return `unknown processor ${JSON.stringify(name)}${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

const forbidden = ['flow', 'cache_loader', 'code'];

/** What writes elsewhere, runs code or is a plug-in or a file. */
function isForbidden(name: string): boolean {
  return forbidden.includes(name) || name.startsWith('dump_to_') || /[./\\:]/.test(name);
}

function nearest(name: string, known: string[]): string | undefined {
  const scored = known.map((other) => ({ other, distance: distanceOf(name.toLowerCase().slice(0, 50), other) }));
  const best = scored.sort((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= Math.max(2, name.length / 3) ? best.other : undefined;
}

function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
