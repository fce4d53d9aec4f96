import { invalidBody, staleTag } from './errors.ts';
import type { Model } from './pure/model.ts';
import type { ObjectBody } from './write-object.ts';

/** `if_match` in a row is what the header If-Match is for a single object; `if_none_match: "*"` wants none to be there. */
export function conditionsOf(given: ObjectBody): { tag: string | undefined; ifNone: boolean; body: ObjectBody } {
  const { if_match: ifMatch, if_none_match: ifNone, ...values } = given.values;
  return {
    tag: ifMatch === undefined ? undefined : String(ifMatch),
    ifNone: ifNone === '*',
    body: { ...given, values },
  };
}

/** Of a row that names nothing there is: PATCH has nothing to change, and no tag can fit. */
export function refuseUnlessNew(model: Model, tag: string | undefined, method: 'POST' | 'PUT' | 'PATCH'): void {
  if (method === 'PATCH') throw withoutKey(model);
  if (tag !== undefined) throw staleTag(undefined);
}

function withoutKey(model: Model) {
  const message = `${model.primaryKey.name} or a natural key is needed to know which ${model.name} is meant`;
  return invalidBody('missing_key', message, [{ pointer: `/${model.primaryKey.name}`, code: 'missing_key', message }]);
}
