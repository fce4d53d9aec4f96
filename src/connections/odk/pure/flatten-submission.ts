import type { ExactJson } from '../../../recipes/index.ts';
import type { Row } from '../../connector.ts';
import { isRecord } from '../../pure/is-record.ts';

/**
 * A submission of the OData feed as one row: groups become `group/question`, the name of the question's place in the form,
 * as OData's own filters write it. A place (GeoJSON) is one cell, as text; repeats, which are tables of their own, are left out.
 */
export function flattenSubmission(submission: Row, separator: string): Row {
  const row: Row = {};
  const add = (prefix: string, group: Row) => {
    for (const [name, value] of Object.entries(group)) {
      if (name.endsWith('@odata.navigationLink')) continue;
      const path = prefix + name;
      if (isGroup(value)) add(path + separator, value);
      else row[path] = isPlace(value) ? JSON.stringify(value) : value;
    }
  };
  add('', submission);
  return row;
}

function isGroup(value: ExactJson): value is Row {
  return isRecord(value) && !isPlace(value);
}

const isPlace = (value: ExactJson): boolean =>
  isRecord(value) && typeof value.type === 'string' && Array.isArray(value.coordinates);
