import type { Config } from '../platform/config/index.ts';
import type { SpecLimits } from './pure/check-shape.ts';

/** Contract §9, as far as it concerns specs. */
export const specLimits = (config: Config): SpecLimits => ({
  resources: config.flowMaxResources,
  processingSteps: config.flowMaxProcessing,
  steps: config.flowMaxSteps,
});
