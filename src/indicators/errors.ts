import { AppError } from '../platform/errors/index.ts';

/** `path` leads from the indicator over its components back to itself, by short_name. */
export const calculationCycle = (path: readonly string[]) =>
  refused('calculation_cycle', 'indicator_component_id', `calculation cycle: ${path.join(' > ')}`);
export const otherPeriod = (component: string, kind: string, indicator: string, own: string) =>
  refused(
    'other_period',
    'indicator_component_id',
    `${component} is collected per ${kind} and can be no component of ${indicator}, which is collected per ${own}`,
  );
export const roleOfDates = (role: string, indicator: string) =>
  refused('other_period', 'calculation', `${role} is for dates, and ${indicator} is collected per campaign`);
/** `path` leads down from the tag back to itself. */
export const tagBelowItself = (path: readonly number[]) =>
  refused('tag_below_itself', 'parent_tag_id', `indicator_tag ${path[0]} cannot be below itself: ${path.join(' > ')}`);
export const invalidField = (field: string, message: string) => refused('invalid_value', field, message);
export const noSuchIndicator = (name: string) => {
  const message = `filter_indicator ${name} does not exist`;
  return new AppError(400, 'reference_not_found', message, {
    errors: [{ parameter: 'filter_indicator', code: 'reference_not_found', message }],
  });
};
export const collectedPerDate = (indicator: string) => {
  const message = `${indicator} is collected per date`;
  return new AppError(400, 'wrong_kind', message, {
    errors: [{ parameter: 'indicator_id', code: 'wrong_kind', message }],
  });
};

function refused(code: string, field: string, message: string): AppError {
  return new AppError(400, code, message, { errors: [{ pointer: `/${field}`, code, message }] });
}
