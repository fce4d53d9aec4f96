export { checkCoordinates, type Entry, enterValues, withdrawEntry } from './enter-values.ts';
export type { Cell } from './store.ts';
