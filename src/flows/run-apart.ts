import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../platform/config/index.ts';
import type { AppError } from '../platform/errors/index.ts';
import type { EngineContext } from './engine/engine-context.ts';
import { memoryExitCode } from './engine-messages.ts';
import { type EngineEnd, runInEngine } from './engine-process.ts';
import { engineLost, flowMemoryLimit, flowTimeLimit, limitLine } from './errors.ts';
import type { FlowRun } from './flow-run.ts';
import type { PlannedPipeline } from './pure/flow-spec.ts';

/**
 * Runs one revision with the engine in a process of its own (contract flows §7.1, §9). When that process dies or a pipeline
 * takes too long, that pipeline has failed, with those that need the same table; another process makes the rest.
 */
export async function runFlowApart({ config }: EngineContext, run: FlowRun): Promise<void> {
  const ended = new Map(run.ended);
  for (let engine = 1; ; engine += 1) {
    const folder = path.join(run.folder, `engine-${engine}`);
    await mkdir(folder);
    const watched = new Watched(config, { ...run, folder, ended }, ended);
    const fault = await watched.run(run.signal);
    run.signal.throwIfAborted();
    if (fault === undefined) return;
    await failed(run, ended, watched.current, limitLine(fault));
    if (nextOf(run, ended) === undefined) return;
  }
}

type Ended = Map<string, NonNullable<ReturnType<FlowRun['ended']['get']>>>;

/** One process at work; knows which pipeline it is at. */
class Watched {
  /** Started and not ended. */
  current: string | undefined;
  readonly #config: Config;
  readonly #run: Omit<FlowRun, 'signal'>;
  readonly #ended: Ended;
  #clock: NodeJS.Timeout | undefined;
  #isLate = false;

  constructor(config: Config, { signal: _, ...run }: FlowRun, ended: Ended) {
    this.#config = config;
    this.#run = run;
    this.#ended = ended;
  }

  /** Gives what ended it before its time. */
  async run(signal: AbortSignal): Promise<AppError | undefined> {
    const report: FlowRun['report'] = async (said, made) => {
      const { pipeline, event, success = false, stats = {} } = said;
      clearTimeout(this.#clock);
      const reply = await this.#run.report(said, made).finally(restart);
      if (event === 'start') this.current = pipeline;
      if (event === 'finish') {
        this.current = undefined;
        this.#ended.set(pipeline, { success, stats, products: made?.products ?? [] });
      }
      return reply;
    };
    const engine = runInEngine(this.#config, { ...this.#run, report }, signal);
    const late = () => {
      this.#isLate = true;
      engine.kill();
    };
    // From one report to the next, so that also what comes before the first has an end.
    const restart = () => {
      clearTimeout(this.#clock);
      this.#clock = setTimeout(late, this.#config.flowPipelineSeconds * 1000);
    };
    restart();
    try {
      return this.#faultOf(await engine.end);
    } finally {
      clearTimeout(this.#clock);
    }
  }

  #faultOf(end: EngineEnd): AppError | undefined {
    if (end.how === 'done') return undefined;
    if (this.#isLate) return flowTimeLimit(this.#config.flowPipelineSeconds);
    // V8 aborts when its heap is full.
    const isFull = end.code === memoryExitCode || end.code === 134 || end.signal === 'SIGABRT';
    return isFull ? flowMemoryLimit(this.#config.flowMemoryBytes) : engineLost(end.signal ?? `code ${end.code}`);
  }
}

/** The pipeline at which it happened, and those it would happen to again. */
async function failed(run: FlowRun, ended: Ended, current: string | undefined, line: string): Promise<void> {
  const at = run.plan.pipelines.find(({ id }) => id === current) ?? nextOf(run, ended);
  if (at === undefined) return;
  const alike = run.plan.pipelines.filter(
    ({ id, resource }) => id === at.id || (resource !== undefined && resource === at.resource && !ended.has(id)),
  );
  for (const { id } of alike) {
    await run.report({ pipeline: id, event: 'finish', success: false, errors: ['init', line], stats: {} });
    ended.set(id, { success: false, stats: {}, products: [] });
  }
}

/** The first that is still to be made; those whose dependencies failed have failed with them. */
function nextOf({ plan }: FlowRun, ended: Ended): PlannedPipeline | undefined {
  const lost = new Set<string>();
  for (const pipeline of plan.pipelines) {
    const before = ended.get(pipeline.id);
    if (before?.success === false || pipeline.dependencies.some((id) => lost.has(id))) lost.add(pipeline.id);
    else if (before === undefined) return pipeline;
  }
  return undefined;
}
