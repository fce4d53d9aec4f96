export { connectDatapoints } from './connect-datapoints.ts';
export { checkCoordinates, type Entry, enterValues, withdrawEntry } from './enter-values.ts';
export { wordsAsNumber } from './pure/read-text.ts';
export { type Cell, ranking } from './store.ts';
