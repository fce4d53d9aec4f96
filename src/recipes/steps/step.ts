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
  /** Columns of a key of which only the last row stays. */
  dedupeBy?: string[];
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
  compile(params: never, columns: StepColumn[]): StepEffect;
}

/** Keeps the parameter type between schema and compile; the registry forgets it. */
export function cleaningFunction<P>(
  definition: Omit<CleaningFunction, 'compile'> & { compile(params: P, columns: StepColumn[]): StepEffect },
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
