import Value from 'typebox/value';
import { stepInvalid } from '../errors.ts';
import type { IngestRun } from '../ingest.ts';
import type { StagedColumn } from '../staged.ts';
import { cleaningFunctions } from './registry.ts';
import type { CheckEffect, RecipeStep, StepEffect } from './step.ts';

/** The staged file after the recipe, still text. */
export interface Cleaned {
  /** Staged rows that take part, with the cells as they were. */
  source: string;
  numbered: boolean;
  columns: StagedColumn[];
  /** The recipe as SQL: original cells in, cleaned cells beside them out. Works row by row, on any subset of rows. */
  cellsOf(source: string, carried: readonly string[]): string;
  /** `cellsOf(source)`. */
  relation: string;
  /** Rows that `dedupe` took out: `_row`, `_line`, `value`. */
  removed: { relation: string; count: number }[];
  /** What check steps pointed out: `_row`, `_line`, `value`. */
  findings: (Omit<CheckEffect, 'value' | 'violated'> & { step: string; relation: string; count: number })[];
}

type Layer = (sql: string) => string;

/** Compiles the recipe against the columns of this file; steps that judge whole columns look at all rows here. */
export async function applySteps(run: IngestRun): Promise<Cleaned> {
  const { staged } = run;
  const recipe = run.request.recipe ?? [];
  const ids = staged.columns.map(({ id }) => id);
  const layers: Layer[] = [];
  const shift = recipe.length > 0;
  // Steps work on copies, so that the original cell stays at hand for issues and rejects.
  let columns: StagedColumn[] = shift
    ? staged.columns.map((column) => ({ ...column, id: `x${column.id}` }))
    : staged.columns;
  if (shift) layers.push((sql) => `(select *, ${ids.map((id) => `${id} as x${id}`).join(', ')} from ${sql})`);
  const cleaned: Cleaned = {
    source: staged.relation,
    numbered: staged.numbered,
    columns,
    cellsOf: (source, carried) => {
      if (!shift) return source;
      const names = [...new Set([...carried, ...ids])].join(', ');
      return layers.reduce((sql, layer) => layer(sql), `(select ${names} from ${source})`);
    },
    relation: '',
    removed: [],
    findings: [],
  };
  for (const [index, step] of recipe.entries()) {
    await run.timed(`step ${index + 1} ${step.function}`, async () => {
      const effect = compileStep(step, index, columns);
      if (effect.dedupeBy) await dedupe(run, cleaned, effect.dedupeBy, index);
      if (effect.cells && effect.cells.size > 0) await change(run, cleaned, layers, effect);
      if (effect.check) await point(run, cleaned, effect.check, step.function, index);
      const { added } = effect;
      if (added)
        layers.push(
          (sql) => `(select *, ${[...added].map(([id, text]) => `${text} as ${id}`).join(', ')} from ${sql})`,
        );
      if (effect.columns) {
        const after = effect.columns;
        columns = after.map(({ id, name }) => ({
          header: name,
          ...columns.find((column) => column.id === id),
          id,
          name,
        }));
      }
    });
  }
  cleaned.columns = columns;
  cleaned.relation = cleaned.cellsOf(cleaned.source, cleaned.numbered ? ['_row', '_line'] : []);
  return cleaned;
}

/** Every fault of a recipe that can be known without a file: unknown function or version, bad parameters. */
export function checkRecipe(recipe: readonly RecipeStep[]): void {
  recipe.forEach((step, index) => {
    checkStep(step, index);
  });
}

function checkStep(step: RecipeStep, index: number): Record<string, unknown> {
  const definition = cleaningFunctions.get(step.function);
  if (!definition) throw stepInvalid(index, step.function, `function ${step.function} does not exist`);
  if (step.version !== undefined && step.version !== definition.version) {
    throw stepInvalid(index, step.function, `version ${step.version} does not exist; there is ${definition.version}`);
  }
  const params = step.params ?? {};
  if (!Value.Check(definition.params, params)) {
    const errors = [...Value.Errors(definition.params, params)].map((error) => ({
      pointer: `/${index}/params${error.instancePath}`,
      code: 'invalid',
      message: error.message,
    }));
    throw stepInvalid(
      index,
      step.function,
      `bad parameters: ${errors.map(({ pointer, message }) => `${pointer} ${message}`).join('; ')}`,
      errors,
    );
  }
  return params;
}

function compileStep(step: RecipeStep, index: number, columns: StagedColumn[]): StepEffect {
  const params = checkStep(step, index);
  try {
    return cleaningFunctions.get(step.function)!.compile(params as never, columns, index);
  } catch (error) {
    throw stepInvalid(index, step.function, error instanceof Error ? error.message : String(error));
  }
}

async function change(run: IngestRun, cleaned: Cleaned, layers: Layer[], effect: StepEffect): Promise<void> {
  const before = cleaned.cellsOf(cleaned.source, []);
  let cells = effect.cells!;
  const { everyValue } = effect;
  if (everyValue) {
    const tests = [...cells.keys()].map(
      (id) => `coalesce(bool_and(${everyValue(id)}) filter (where ${id} <> ''), false) as ${id}`,
    );
    const [row] = await run.tabular.rows(`select ${tests.join(', ')} from ${before}`);
    cells = new Map([...cells].filter(([id]) => row![id] === true));
    if (cells.size === 0) return;
  }
  const changed = [...cells].map(([id, sql]) => `count(*) filter (where ${id} is distinct from (${sql}))`);
  const [row] = await run.tabular.rows(`select (${changed.join(' + ')})::double as n from ${before}`);
  layers.push(
    (sql) => `(select * replace (${[...cells].map(([id, text]) => `${text} as ${id}`).join(', ')}) from ${sql})`,
  );
  run.note({ changedCells: Number(row!.n) });
}

async function point(run: IngestRun, cleaned: Cleaned, check: CheckEffect, step: string, index: number): Promise<void> {
  numberRows(run, cleaned);
  const { value, violated, ...shown } = check;
  const table = `pointed_${index}`;
  const cells = cleaned.cellsOf(cleaned.source, ['_row', '_line']);
  await run.tabular.run(`create or replace temp table ${table} as
    select _row, _line, left(${value}, 200) as value from ${cells} ${check.window ? 'qualify' : 'where'} ${violated}`);
  const [row] = await run.tabular.rows(`select count(*)::double as n from ${table}`);
  cleaned.findings.push({ ...shown, step, relation: table, count: Number(row!.n) });
}

function numberRows(run: IngestRun, cleaned: Cleaned): void {
  if (cleaned.numbered) return;
  const { firstLine } = run.staged;
  cleaned.source = `(select row_number() over () as _row, row_number() over () + ${firstLine - 1} as _line, * from ${cleaned.source})`;
  cleaned.numbered = true;
}

/** Removes all but the last row of each key. Rows with an empty part of the key are never taken for equal. */
async function dedupe(run: IngestRun, cleaned: Cleaned, key: string[], index: number): Promise<void> {
  numberRows(run, cleaned);
  const cells = cleaned.cellsOf(cleaned.source, ['_row', '_line']);
  const texts = key.map((id) => `nullif(trim(${id}), '')`);
  const filled =
    key.length === run.staged.columns.length ? '' : `where ${texts.map((text) => `${text} is not null`).join(' and ')}`;
  const table = `removed_${index}`;
  await run.tabular.run(`create or replace temp table ${table} as
    select _row, _line, left(concat_ws(', ', ${texts.join(', ')}), 200) as value from ${cells} ${filled}
    qualify row_number() over (partition by ${texts.join(', ')} order by _row desc) > 1`);
  const [row] = await run.tabular.rows(`select count(*)::double as n from ${table}`);
  cleaned.removed.push({ relation: table, count: Number(row!.n) });
  cleaned.source = `(select * from ${cleaned.source} where _row not in (select _row from ${table}) order by _row)`;
}
