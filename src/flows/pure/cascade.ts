import type { PipelineState } from './flow-spec.ts';

/**
 * All pending pipelines that need a failed one fail too (contract §3.3), breadth first from the root, so that each names
 * the failed dependency with the fewest hops to it; of equals the first in plan order.
 */
export function cascadeFailure(pipelines: PipelineState[], root: string): PipelineState[] {
  const causes = new Map<string, string>();
  let failed = [root];
  while (failed.length > 0) {
    const reached = new Set(failed);
    failed = [];
    for (const pipeline of pipelines) {
      if (pipeline.status !== 'pending' || causes.has(pipeline.id)) continue;
      const cause = pipelines.find((one) => reached.has(one.id) && pipeline.dependencies.includes(one.id));
      if (cause === undefined) continue;
      causes.set(pipeline.id, cause.id);
      failed.push(pipeline.id);
    }
  }
  return pipelines.map((pipeline) => {
    const cause = causes.get(pipeline.id);
    if (cause === undefined) return pipeline;
    return { ...pipeline, status: 'failed', stats: {}, errorLog: [unsuccessfulDependency(cause)] };
  });
}

/** The missing space is the older store's, and its clients look for it. */
const unsuccessfulDependency = (id: string): string =>
  `Dependency unsuccessful. Cannot run until dependency "${id}" is successfullyexecuted`;
