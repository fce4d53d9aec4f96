import { connectAggregates } from './aggregates/index.ts';
import { connectDatapoints } from './datapoints/index.ts';
import { connectDocuments } from './documents/index.ts';
import { provideLocations } from './locations/index.ts';
import type { Context } from './platform/context.ts';

/** What upper modules tell lower ones at start, in every process that answers requests or does jobs. */
export function connectModules(context: Context): void {
  provideLocations(context);
  connectDatapoints(context);
  connectAggregates(context);
  connectDocuments(context);
}
