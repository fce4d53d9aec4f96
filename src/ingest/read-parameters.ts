import type { IncomingHttpHeaders } from 'node:http';
import { nearest } from '../resource/index.ts';
import { invalidOption, malformedIfMatch, projectNotGiven } from './errors.ts';
import { ContradictingProjects, mergeParameters, type Parameters } from './pure/merge-parameters.ts';
import { InvalidOption, optionNames } from './pure/upload-options.ts';
import { readingNames } from './reading.ts';

/** What a request asks for, from its query, its `Granary-Options` header and further fields. */
export function readParameters(
  query: unknown,
  headers: IncomingHttpHeaders,
  ...fields: Record<string, unknown>[]
): Parameters {
  try {
    return mergeParameters([query as Record<string, unknown>, optionsHeader(headers), ...fields], readingNames);
  } catch (error) {
    if (error instanceof ContradictingProjects)
      throw projectNotGiven('project_id is given twice, with different values.');
    if (!(error instanceof InvalidOption)) throw error;
    const like = nearest(error.option, [...optionNames, ...readingNames]);
    const unknown = !optionNames.includes(error.option) && !readingNames.includes(error.option);
    throw invalidOption(error.option, error.message, unknown && like ? `Did you mean '${like}'?` : undefined);
  }
}

function optionsHeader(headers: IncomingHttpHeaders): Record<string, unknown> {
  const text = headers['granary-options'];
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(String(text));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  throw invalidOption('Granary-Options', 'The header Granary-Options must be a JSON object.');
}

/** The revision a change is based on; undefined when the request does not say. */
export function expectedRevision(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['if-match'];
  if (text === undefined) return undefined;
  const number = /^"?(\d{1,9})"?$/.exec(text.trim())?.[1];
  if (number === undefined) throw malformedIfMatch();
  return Number(number);
}
