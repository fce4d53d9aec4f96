/** Nothing else is ever made part of a path or a key: a name from outside cannot leave the store. */
export const isBlobName = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);
