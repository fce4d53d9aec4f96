import type { Model } from './model.ts';

/**
 * The key by which a body names an existing object; undefined means "a new one": absent, empty, 0 or −1. Keys of text
 * are chosen by the client and come with new objects too.
 */
export function givenId(model: Model, values: Record<string, unknown>): string | undefined {
  const { name, type } = model.primaryKey;
  const value = values[name];
  return type !== 'string' && namesObject(value) ? String(value) : undefined;
}

/** Nothing, 0 and −1 mean a new one. */
export const namesObject = (id: unknown): boolean => Boolean(id) && !['0', '-1'].includes(String(id).trim());
