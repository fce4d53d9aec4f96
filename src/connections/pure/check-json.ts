import { Ajv, type ValidateFunction } from 'ajv';
import type { ErrorDetail } from '../../platform/errors/index.ts';

const compiled = new WeakMap<object, ValidateFunction>();
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false });

/** What a value has against a JSON Schema of ours; pointers begin with `at`. */
export function problemsOf(schema: object, value: unknown, at: string, code: string): ErrorDetail[] {
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, keyword, message, params }) => {
    const pointer = `${at}${instancePath}`;
    const name = pointer.slice(1).replaceAll('/', '.');
    if (keyword === 'additionalProperties')
      return {
        pointer: `${pointer}/${params.additionalProperty}`,
        code,
        message: `${name} has no '${params.additionalProperty}'`,
      };
    const what = keyword === 'enum' ? `must be one of ${(params.allowedValues as unknown[]).join(', ')}` : message;
    return { pointer, code, message: `${name} ${what}` };
  });
}
