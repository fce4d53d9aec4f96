import path from 'node:path';

/** A data file of the npm package vega-datasets; its `exports` name none of them, so they are read by path. */
export const vegaFile = (name: string): string =>
  path.join(import.meta.dirname, '..', 'node_modules', 'vega-datasets', 'data', name);
