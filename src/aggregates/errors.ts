import { AppError } from '../platform/errors/index.ts';

export const notCumulative = (indicator: string, operator: string) => {
  const message = `${indicator} cannot be cumulated: its operator is ${operator}, neither sum nor count`;
  return new AppError(400, 'not_cumulative', message, {
    errors: [{ parameter: 'cumulative', code: 'not_cumulative', message }],
  });
};
export const tooManyCells = (count: number, atMost: number) => {
  const message = `show_missing_data would give ${count} cells; at most ${atMost} are possible (GRANARY_MISSING_CELLS_MAX)`;
  return new AppError(400, 'too_many_cells', message, {
    errors: [{ parameter: 'show_missing_data', code: 'too_many_cells', message }],
    hint: 'Ask for fewer places or indicators, or for a shorter span.',
  });
};
export const tooManyColumns = (by: string, count: number, atMost: number) => {
  const message = `pivot=${by} would give ${count} columns; at most ${atMost} are possible`;
  return new AppError(400, 'too_many_columns', message, {
    errors: [{ parameter: 'pivot', code: 'too_many_columns', message }],
  });
};
