import type { Context } from '../../platform/context.ts';
import type { Kind } from '../pure/kinds.ts';
import { marks } from '../pure/marks.ts';
import { cellOf, fromTheFirst, type Lineage, type LineageInput, type Question, urlOf } from './lineage.ts';
import { flagsOf, kindOf } from './pure/lineage.ts';
import { type CellPlace, factsOf } from './store.ts';
import { tellStored } from './tell-stored.ts';
import { type ToldWay, tellWays } from './tell-ways.ts';

export async function traceCell(context: Context, place: CellPlace, question: Question): Promise<Lineage> {
  const [lineage] = await traceCells(context, place.kind, [place], question);
  return lineage!;
}

/**
 * Where each of many values of one kind comes from, in their order. All cells of one step are traced together: the number
 * of statements depends on `depth`, not on how many inputs there are.
 */
export async function traceCells(
  context: Context,
  kind: Kind,
  places: readonly CellPlace[],
  question: Question,
): Promise<Lineage[]> {
  if (places.length === 0) return [];
  const [facts, stored] = await Promise.all([
    factsOf(context.db, kind, places),
    tellStored(context, kind, places, question.access),
  ]);
  const isStored = (n: number) => (facts[n]!.marks & marks.stored) !== 0;
  const computed = places.flatMap((place, n) => (isStored(n) ? [] : [{ n, place, facts: facts[n]! }]));
  const told = await tellWays(context.db, kind, computed, question);
  const ways = new Map(computed.map(({ n }, index) => [n, told[index]!]));
  const inputs = await tellInputs(context, kind, places, ways, question);
  return places.map((place, n) => {
    const { id, value, computed: without, coverage, marks: bits } = facts[n]!;
    const brief = {
      cell: cellOf(place),
      id,
      value,
      kind: isStored(n) ? stored[n]!.kind : 'none',
      flags: flagsOf(bits),
      lineage: urlOf(place, id),
    };
    if (isStored(n)) {
      const conflict = (bits & marks.conflict) === 0 ? {} : { conflict: { stored: value, computed: without } };
      return { ...brief, ...stored[n]!.told, ...conflict };
    }
    const way = ways.get(n)!;
    return {
      ...brief,
      coverage,
      ...stored[n]!.told,
      ...way.told,
      ...(way.inputs === undefined ? {} : { inputs: inputs.get(n)! }),
      ...way.page,
    };
  });
}

/** The inputs of each cell in brief, and in whole as far as depth and budget go: those are the next step. */
async function tellInputs(
  context: Context,
  kind: Kind,
  places: readonly CellPlace[],
  ways: ReadonlyMap<number, ToldWay>,
  question: Question,
): Promise<Map<number, LineageInput[]>> {
  const brief = [...ways].flatMap(([n, { inputs = [] }]) =>
    inputs.map((input) => {
      const at = { ...places[n]!, indicatorId: input.indicatorId, locationId: input.locationId };
      const told: LineageInput = {
        ...(input.role === undefined ? {} : { role: input.role }),
        ...(input.weight === undefined ? {} : { weight: input.weight }),
        cell: cellOf(at),
        id: input.id,
        indicator: input.shortName,
        location: input.locationName,
        value: input.value,
        kind: kindOf(input),
        flags: flagsOf(input.marks),
        lineage: urlOf(at, input.id),
      };
      return { n, at, told, isThere: input.id !== null };
    }),
  );
  const whole = await expanded(
    context,
    kind,
    brief.map(({ at, isThere }) => (isThere ? at : undefined)),
    question,
  );
  const told = new Map([...ways.keys()].map((n) => [n, [] as LineageInput[]]));
  for (const [index, one] of brief.entries()) told.get(one.n)!.push({ ...one.told, ...whole[index] });
  return told;
}

/** In whole, as many as the question still allows; the others, and what is not there, are left out. */
export async function expanded(
  context: Context,
  kind: Kind,
  places: readonly (CellPlace | undefined)[],
  question: Question,
): Promise<(Lineage | undefined)[]> {
  const { depth, budget } = question;
  const chosen = new Map<CellPlace, Lineage | undefined>();
  for (const place of places) {
    if (depth === 0 || place === undefined || budget.left === 0) continue;
    budget.left -= 1;
    chosen.set(place, undefined);
  }
  const next = { ...question, depth: depth - 1, after: fromTheFirst };
  const traced = await traceCells(context, kind, [...chosen.keys()], next);
  for (const [n, place] of [...chosen.keys()].entries()) chosen.set(place, traced[n]);
  return places.map((place) => place && chosen.get(place));
}
