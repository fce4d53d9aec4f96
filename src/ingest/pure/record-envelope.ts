export interface Envelope {
  /** Members beside the records that are parameters of the upload. */
  options: Record<string, unknown>;
  /** JSON pointer to the array of records; undefined where the engine finds them by itself. */
  records: string | undefined;
}

/**
 * What surrounds the records of a JSON body: nothing (an array, one object), or an object that names project and
 * options and holds the records in one member, as an array of objects or as `columns` and `rows`. In a bare record only
 * `project_id` is looked at: its other members are data, whatever they are called. Undefined: there are no records.
 */
export function openEnvelope(body: unknown, optionNames: readonly string[]): Envelope | undefined {
  if (Array.isArray(body)) return { options: {}, records: undefined };
  if (!isObject(body)) return undefined;
  const tabular = Array.isArray(body.columns) && Array.isArray(body.rows);
  const pointed = typeof body.records === 'string' ? body.records : undefined;
  const arrays = Object.keys(body).filter((name) => isRecords(body[name]) && !neverRecords.has(name));
  const member = pointed === undefined && arrays.length === 1 ? arrays[0] : undefined;
  if (!tabular && pointed === undefined && member === undefined) {
    return { options: body.project_id === undefined ? {} : { project_id: body.project_id }, records: undefined };
  }
  const known = Object.entries(body).filter(
    ([name]) => optionNames.includes(name) && name !== member && name !== 'records',
  );
  return {
    options: Object.fromEntries(known),
    records: pointed ?? (member === undefined ? undefined : `/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  };
}

/** Options that are arrays of objects themselves. */
const neverRecords = new Set(['recipe', 'schema']);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRecords = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isObject);
