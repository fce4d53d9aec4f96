import type { ErrorDetail } from '../../platform/errors/index.ts';
import type { TreeRow } from './read-tree-file.ts';

/** A place that is there already, as far as an import has to know it. */
export interface KnownPlace {
  id: number;
  code: string;
  parentCode: string | null;
  visible: boolean;
  managed: boolean;
}

export interface TreeWorld {
  /** The places the file names and all their ancestors. */
  places: readonly KnownPlace[];
  types: readonly { id: number; name: string; adminLevel: number }[];
  /** May roots be made and unmade? */
  managesAll: boolean;
}

export interface TreePlan {
  creates: TreeRow[];
  updates: TreeRow[];
  /** Of the places there already: those whose parent changes. */
  moves: { code: string; from: string | null; to: string | null }[];
  /** Types the file introduces. */
  newTypes: { name: string; adminLevel: number }[];
  issues: ErrorDetail[];
  /** Something is wanted that the caller may see but not do. */
  isForbidden: boolean;
}

/** What an import will do, or why not: everything that can be known before it is tried. */
export function planTree(rows: readonly TreeRow[], world: TreeWorld): TreePlan {
  const known = new Map(world.places.map((place) => [place.code, place]));
  const inFile = new Map(rows.map((row) => [row.code, row]));
  const plan: TreePlan = { creates: [], updates: [], moves: [], newTypes: [], issues: [], isForbidden: false };
  const names = new Map<string, number>();
  for (const row of rows) {
    const issue = (column: string, code: string, message: string) =>
      void plan.issues.push({ row: row.row, column, code, message });
    const forbid = (message: string) => {
      plan.isForbidden = true;
      issue('location_code', 'forbidden', message);
    };
    const there = known.get(row.code);
    checkType(row, world, plan, issue);
    const { parentCode } = row;
    const parent = parentCode === null || parentCode === undefined ? undefined : known.get(parentCode);
    if (typeof parentCode === 'string' && !inFile.has(parentCode) && !parent?.visible) {
      issue('parent_location_code', 'unknown_parent', `parent_location_code ${parentCode} does not exist`);
    }
    if (there === undefined) {
      if (row.name === undefined) issue('name', 'missing_name', `${row.code} is new and needs a name`);
      if (row.type === undefined)
        issue('location_type', 'missing_type', `${row.code} is new and needs a location_type`);
      // A parent that is not visible does not exist, which has been said.
      const mayBeHere = parentCode ? !parent?.visible || parent.managed : world.managesAll;
      if (!mayBeHere) forbid(`${row.code} may not be added there`);
      plan.creates.push(row);
    } else if (!there.visible) {
      issue('location_code', 'duplicate', `key: "location_code" with value: "${row.code}" already exists`);
    } else if (!there.managed) {
      forbid(`${row.code} may not be changed`);
    } else {
      plan.updates.push(row);
      if (parentCode !== undefined && parentCode !== there.parentCode) {
        plan.moves.push({ code: row.code, from: there.parentCode, to: parentCode });
        const old = there.parentCode === null ? undefined : known.get(there.parentCode);
        const mayLeave = there.parentCode === null ? world.managesAll : old?.managed === true;
        const mayArrive = parentCode === null ? world.managesAll : !parent?.visible || parent.managed;
        if (!mayLeave || !mayArrive) forbid(`${row.code} may not be moved from there to here`);
      }
    }
    const finalParent = parentCode === undefined ? (there?.parentCode ?? null) : parentCode;
    if (row.name !== undefined) {
      const key = JSON.stringify([row.name, finalParent]);
      if (names.has(key))
        issue('name', 'duplicate', `${row.name} is in row ${names.get(key)} already, below the same place`);
      else names.set(key, row.row);
    }
  }
  plan.issues.push(...cyclesIn(rows, known));
  return plan;
}

function checkType(
  row: TreeRow,
  world: TreeWorld,
  plan: TreePlan,
  issue: (column: string, code: string, message: string) => void,
): void {
  if (row.type === undefined) return;
  const type = world.types.find(({ name }) => name === row.type) ?? plan.newTypes.find(({ name }) => name === row.type);
  if (type === undefined) {
    if (row.adminLevel === undefined)
      issue('location_type', 'unknown_type', `location_type ${row.type} does not exist`);
    else plan.newTypes.push({ name: row.type, adminLevel: row.adminLevel });
  } else if (row.adminLevel !== undefined && row.adminLevel !== type.adminLevel) {
    issue('admin_level', 'other_level', `location_type ${row.type} has admin_level ${type.adminLevel}`);
  }
}

/** Each circle once, told from the place that comes first in the file, downwards. */
function cyclesIn(rows: readonly TreeRow[], known: ReadonlyMap<string, KnownPlace>): ErrorDetail[] {
  const parents = new Map<string, string | null>([...known.values()].map((place) => [place.code, place.parentCode]));
  for (const row of rows) if (row.parentCode !== undefined) parents.set(row.code, row.parentCode);
  const done = new Set<string>();
  const issues: ErrorDetail[] = [];
  for (const row of rows) {
    const path: string[] = [];
    const on = new Set<string>();
    let at: string | null | undefined = row.code;
    while (typeof at === 'string' && !done.has(at) && !on.has(at)) {
      path.push(at);
      on.add(at);
      at = parents.get(at);
    }
    if (typeof at === 'string' && on.has(at)) {
      const circle = path.slice(path.indexOf(at));
      const first = rows.find(({ code }) => circle.includes(code))!;
      const start = circle.indexOf(first.code);
      const upwards = [...circle.slice(start), ...circle.slice(0, start)];
      const downwards = [first.code, ...upwards.slice(1).reverse(), first.code];
      const message = `location ${first.code} cannot be below itself: ${downwards.join(' > ')}`;
      issues.push({ row: first.row, column: 'parent_location_code', code: 'location_below_itself', message });
    }
    for (const code of path) done.add(code);
  }
  return issues;
}
