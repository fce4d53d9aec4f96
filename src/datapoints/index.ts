export { checkCoordinates, type Entry, enterValue, withdrawEntry } from './enter-value.ts';
export type { Cell } from './store.ts';
