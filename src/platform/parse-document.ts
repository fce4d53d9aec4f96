import { parseDocument } from 'yaml';

/** The value of a JSON text, or of a YAML one where the name says so. Throws SyntaxError with line and column. */
export function parseNamed(name: string, text: string): unknown {
  if (!/\.ya?ml$/i.test(name)) return JSON.parse(text);
  // Aliases may not multiply: a text of a few lines could otherwise become gigabytes.
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault !== undefined) throw new SyntaxError(fault.message);
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof ReferenceError) throw new SyntaxError(error.message);
    throw error;
  }
}
