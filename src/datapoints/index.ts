export { checkCoordinates, type Entry, enterValues, withdrawEntry } from './enter-values.ts';
export { type Cell, ranking } from './store.ts';
