import type { Db } from '../../platform/db/index.ts';
import type { Kind } from '../pure/kinds.ts';
import { marks } from '../pure/marks.ts';
import { type Question, visibleTo } from './lineage.ts';
import { type CellComponent, type CellFacts, formulaText, type Input, type Way, wayOf } from './pure/lineage.ts';
import {
  type BranchPage,
  type BranchWay,
  branchesWithoutData,
  branchInputs,
  type CellPlace,
  componentsOf,
  type DeadEnds,
  partsOf,
} from './store.ts';

/** How a value that is not stored came about. `inputs` undefined: nothing goes into it. */
export interface ToldWay {
  told: object;
  inputs?: (Input & { role?: string })[];
  /** What a page of inputs says beside them. */
  page?: object;
}

export interface ComputedCell {
  place: CellPlace;
  facts: CellFacts;
}

/** Of many cells at once: a statement for each thing that is looked up, however many cells there are. */
export async function tellWays(
  db: Db,
  kind: Kind,
  cells: readonly ComputedCell[],
  question: Question,
): Promise<ToldWay[]> {
  if (cells.length === 0) return [];
  const places = cells.map(({ place }) => place);
  const components = await componentsOf(db, kind, places);
  const summed = places.filter((_, n) => components[n]!.some((one) => one.role === 'PART_TO_BE_SUMMED'));
  const found = summed.length === 0 ? [] : await partsOf(db, kind, summed);
  const parts = new Map(summed.map((place, n) => [place, found[n]!]));
  const ways = cells.map(({ place, facts }, n) =>
    wayOf(place.indicatorId, facts, components[n]!, parts.get(place) ?? []),
  );
  const below = new Map<ComputedCell, Below>();
  for (const way of ['children', 'contributions'] as const) {
    const ofWay = cells.filter((_, n) => ways[n]!.by === way);
    for (const [n, one] of (await lookBelow(db, kind, ofWay, way, question)).entries()) below.set(ofWay[n]!, one);
  }
  return cells.map((cell, n) => tellWay(cell, ways[n]!, components[n]!, below.get(cell), question));
}

interface Below {
  page: BranchPage;
  without: DeadEnds;
}

async function lookBelow(
  db: Db,
  kind: Kind,
  cells: readonly ComputedCell[],
  way: BranchWay,
  { access, after, limit }: Question,
): Promise<Below[]> {
  if (cells.length === 0) return [];
  const places = cells.map(({ place }) => place);
  const weightIds = cells.map(({ facts }) => (facts.operator === 'weighted_mean' ? facts.weightId : null));
  const visible = visibleTo(access);
  const [pages, without] = await Promise.all([
    // One more than is shown tells whether there is a next page.
    branchInputs(db, kind, places, way, { after, limit: limit + 1, weightIds }, visible),
    branchesWithoutData(db, kind, places, way, visible),
  ]);
  return pages.map((page, n) => ({ page, without: without[n]! }));
}

function tellWay(
  { facts }: ComputedCell,
  way: Way,
  components: readonly CellComponent[],
  below: Below | undefined,
  { limit, cursorOf }: Question,
): ToldWay {
  const common = { definition_version: facts.definitionVersion, at: facts.at?.toISOString() ?? null };
  const isExplained = (facts.marks & (marks.divisionByZero | marks.outOfRange)) !== 0;
  const kind = (name: string) => ({ kind: facts.value === null && !isExplained ? 'none' : name, ...common });
  if (way.by === 'nothing') return { told: common };
  if (way.by === 'formula' || way.by === 'parts') {
    const used =
      way.by === 'formula'
        ? components.filter((one) => way.roles.includes(one.role))
        : way.parts.map((part) => ({ ...part, role: 'PART_TO_BE_SUMMED' as const }));
    return { told: { ...kind('calculated'), formula: formulaText(used) }, inputs: used };
  }
  const { page, without } = below!;
  const shown = page.inputs.slice(0, limit);
  return {
    told: { ...kind('rolled_up'), operator: facts.operator },
    inputs: shown,
    page: {
      inputs_total: page.total,
      without_data: without.places,
      without_data_total: without.total,
      next: page.inputs.length > limit ? cursorOf(shown.at(-1)!.locationId) : null,
    },
  };
}
