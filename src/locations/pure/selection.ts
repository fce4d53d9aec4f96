import { invalidIds, invalidNumber } from '../errors.ts';

/** Which places a request is about (contract monitoring §5.1); the first rule that matches. */
export type Selection =
  | { by: 'ids'; ids: number[] }
  | { by: 'type'; name: string; below: number | undefined }
  | { by: 'depth'; below: number; depth: number }
  | { by: 'all' };

export interface SelectionParameters {
  location_id__in?: string;
  location_id?: number;
  location_type?: string;
  location_depth?: number;
}

/** Undefined where `location_depth` has no place to start from. */
export function selectionOf(given: SelectionParameters): Selection | undefined {
  const { location_id__in: list, location_id: below, location_type: name, location_depth: depth } = given;
  if (depth !== undefined && depth < 0) throw invalidNumber('location_depth', String(depth), 'a number, 0 or more');
  if (list !== undefined) return { by: 'ids', ids: idsOf('location_id__in', list) };
  if (name !== undefined) return { by: 'type', name, below };
  if (below !== undefined) return { by: 'depth', below, depth: depth ?? 0 };
  return depth === undefined ? { by: 'all' } : undefined;
}

/** A comma list of ids; empty is no id at all. */
export function idsOf(parameter: string, text: string): number[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const id = /^\s*-?\d{1,15}\s*$/.test(part) ? Number(part) : undefined;
    if (id === undefined) throw invalidIds(parameter, part.trim());
    return id;
  });
}
