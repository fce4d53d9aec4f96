import type { TSchema } from 'typebox';

/** One entry of a recipe, as stored. `version` defaults to the current one. */
export interface RecipeStep {
  function: string;
  version?: string;
  params?: Record<string, unknown>;
}

/** A column while the recipe runs: `id` is its SQL name, `name` what the user calls it. */
export interface StepColumn {
  id: string;
  name: string;
}

export interface StepEffect {
  /** New cell texts by column id, over the old ones. */
  cells?: Map<string, string>;
  /** Of `cells`, only those columns change in which this holds for every non-empty value. */
  everyValue?: (cell: string) => string;
  /** The columns after the step, when it renames or leaves out some. */
  columns?: StepColumn[];
  /** New columns: SQL of their texts by id, over the old ones. `columns` names them. */
  added?: Map<string, string>;
  /** Cells that are pointed out and stay as they are. */
  check?: CheckEffect;
  /** Columns of a key of which only the last row stays. */
  dedupeBy?: string[];
}

export interface CheckEffect {
  code: string;
  column: string;
  /** SQL of the text that is shown. */
  value: string;
  /** True for a cell that is pointed out; with a window function it stands in `qualify`. */
  violated: string;
  window?: boolean;
  /** Completes "Value 'v' …". */
  phrase: string;
  expected?: string;
}

/** A built-in cleaning function: data in a recipe, SQL when it runs. */
export interface CleaningFunction {
  /** `^[a-z][a-z0-9_]*$` */
  name: string;
  /** SemVer; changes whenever results could. */
  version: string;
  title: string;
  description: string;
  params: TSchema;
  /** Throws a plain Error whose message completes "Step 2 (trim): …". */
  compile(params: never, columns: StepColumn[], index: number): StepEffect;
}

/** Keeps the parameter type between schema and compile; the registry forgets it. */
export function cleaningFunction<P>(
  definition: Omit<CleaningFunction, 'compile'> & {
    compile(params: P, columns: StepColumn[], index: number): StepEffect;
  },
): CleaningFunction {
  return definition as unknown as CleaningFunction;
}

/** The named columns, or all of them. */
export function chosen(columns: StepColumn[], names: string[] | undefined): StepColumn[] {
  return names === undefined ? columns : names.map((name) => columnNamed(columns, name));
}

export function columnNamed(columns: StepColumn[], name: string): StepColumn {
  const found = columns.find((column) => column.name === name);
  if (!found)
    throw new Error(
      `unknown column '${name}'; there are ${columns
        .map((column) => `'${column.name}'`)
        .slice(0, 20)
        .join(', ')}`,
    );
  return found;
}

export function eachCell(columns: StepColumn[], cell: (id: string) => string): Map<string, string> {
  return new Map(columns.map(({ id }) => [id, cell(id)]));
}
