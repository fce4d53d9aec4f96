import { AppError } from '../platform/errors/index.ts';

const refusal = (code: string, field: string, message: string, hint?: string) =>
  new AppError(400, code, message, {
    errors: [{ pointer: `/${field}`, code, message }],
    ...(hint === undefined ? {} : { hint }),
  });

export const noSuch = (field: string, id: unknown) =>
  refusal('reference_not_found', field, `${field} ${id} does not exist`);
/** As any object one does not see (monitoring §5.3). */
export const noSuchPlace = (id: unknown) => {
  const message = `location_id ${id} does not exist`;
  return new AppError(404, 'not_found', message, {
    errors: [{ pointer: '/location_id', code: 'not_found', message }],
  });
};
export const wrongKind = (indicator: string, kind: string) =>
  refusal('wrong_kind', 'indicator_id', `${indicator} is collected per ${kind}`);
export const coordinatesFixed = (field: string) =>
  refusal('field_fixed', field, `${field} of a value cannot be changed: only value and note can`);
export const invalidValue = (code: string, message: string) => refusal(code, 'value', message);
export const needsConfirmation = (code: string, message: string) =>
  refusal(code, 'value', message, 'Send confirm_warnings: true to store it all the same.');
export const entryExists = (fields: readonly string[], values: readonly unknown[]) => {
  const message = `key: "${fields.join(', ')}" with value: "${values.join(', ')}" already exists`;
  return new AppError(409, 'duplicate', message, {
    errors: fields.map((field) => ({ pointer: `/${field}`, code: 'duplicate', message })),
  });
};
export const nothingToNote = () =>
  new AppError(409, 'nothing_stored', 'Nothing is stored at this cell that a note could be about.');
export const nothingEntered = (id: unknown) =>
  new AppError(409, 'not_entered', `The value ${id} was not entered by hand: there is no entry to withdraw.`);
/** A change of an indicator that would leave values without a meaning, or give them another. */
export const valuesInTheWay = (indicator: string, field: string, values: number, what: string) => {
  const message = `${indicator} has ${values} stored ${values === 1 ? 'value' : 'values'} ${what}: ${field} cannot be changed so`;
  return new AppError(409, 'values_in_the_way', message, {
    hint: 'Take the documents and entries back that brought these values, or make another indicator.',
    errors: [{ pointer: `/${field}`, code: 'values_in_the_way', message }],
  });
};
