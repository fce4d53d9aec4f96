import { type ChildProcess, fork } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { type Config, readEnv, settings } from '../platform/config/index.ts';
import { type EngineTask, type FromEngine, packError, type ToEngine, unpackError } from './engine-messages.ts';
import type { FlowRun } from './flow-run.ts';

/** How an engine's work on a flow ended: by itself, or with its process. */
export type EngineEnd = { how: 'done' } | { how: 'died'; code: number | null; signal: NodeJS.Signals | null };

export interface EngineRun {
  /** Rejects with what the engine threw, or what a call it made was refused with. */
  end: Promise<EngineEnd>;
  kill(): void;
}

/** A process that has ended its flow is kept so long for the next one: half a second less for a small flow in a burst. */
const idleMs = 30_000;
/** After so many flows a fresh one. */
const flowsPerProcess = 50;
/** An engine told to stop has so long to let go of what it is doing. */
const graceMs = 5_000;

interface Engine {
  child: ChildProcess;
  heapBytes: number;
  ready: Promise<void>;
  flows: number;
  idle: NodeJS.Timeout | undefined;
}

const idle: Engine[] = [];

/**
 * Hands a flow to an engine in a process of its own. Its memory is its own: the system or a limit may end it, and the
 * server goes on. `calls` are the functions of the run, done here.
 */
export function runInEngine(config: Config, run: Omit<FlowRun, 'signal'>, signal: AbortSignal): EngineRun {
  const engine = takeEngine(config.flowMemoryBytes);
  const { child } = engine;
  const refused = new Map<number, unknown>();
  const working = new Set<Promise<void>>();
  const end = Promise.withResolvers<EngineEnd>();
  let grace: NodeJS.Timeout | undefined;

  const send = (message: ToEngine): void => {
    // What cannot be sent any more nobody waits for: `exit` follows.
    if (child.connected) child.send(message, () => undefined);
  };
  const stop = () => {
    send({ type: 'abort', error: packError(signal.reason) });
    grace = setTimeout(() => child.kill('SIGKILL'), graceMs);
  };
  const answer = async (id: number, name: string, args: unknown[]) => {
    try {
      const work = run[name as keyof typeof run] as (...given: unknown[]) => unknown;
      send({ type: 'answer', id, value: await work(...args) });
    } catch (error) {
      refused.set(id, error);
      send({ type: 'refusal', id, error: packError(error) });
    }
  };
  const hear = (message: FromEngine) => {
    if (message.type === 'call') {
      const work = answer(message.id, message.name, message.args).finally(() => working.delete(work));
      working.add(work);
    }
    if (message.type === 'done') {
      letGo();
      keep(engine);
      end.resolve({ how: 'done' });
    }
    if (message.type === 'failed') {
      const { call } = message.error;
      const error = call !== undefined && refused.has(call) ? refused.get(call) : unpackError(message.error);
      letGo();
      // Something of that flow may go on in there, and would be taken for the next one's.
      child.kill('SIGKILL');
      end.reject(error);
    }
  };
  const died = (code: number | null, by: NodeJS.Signals | null) => {
    letGo();
    // What it asked for last is still being done.
    void Promise.allSettled(working).then(() => end.resolve({ how: 'died', code, signal: by }));
  };
  const letGo = () => {
    clearTimeout(grace);
    signal.removeEventListener('abort', stop);
    child.off('message', hear).off('exit', died);
  };

  child.on('message', hear).on('exit', died);
  signal.addEventListener('abort', stop);
  void engine.ready.then(() => {
    send({ type: 'run', task: taskOf(config, run) });
    if (signal.aborted) stop();
  });
  return { end: end.promise, kill: () => void child.kill('SIGKILL') };
}

function takeEngine(heapBytes: number): Engine {
  const at = idle.findIndex((engine) => engine.heapBytes === heapBytes && engine.child.connected);
  const engine = at === -1 ? startEngine(heapBytes) : idle.splice(at, 1)[0]!;
  clearTimeout(engine.idle);
  engine.child.ref();
  engine.child.channel?.ref();
  engine.flows += 1;
  return engine;
}

/** For the next flow, or until nobody has wanted it. It keeps nobody waiting who wants to end. */
function keep(engine: Engine): void {
  const { child } = engine;
  child.unref();
  child.channel?.unref();
  if (engine.flows >= flowsPerProcess) {
    child.kill('SIGKILL');
    return;
  }
  engine.idle = setTimeout(() => {
    drop(engine);
    child.kill('SIGKILL');
  }, idleMs).unref();
  idle.push(engine);
}

function drop(engine: Engine): void {
  const at = idle.indexOf(engine);
  if (at !== -1) idle.splice(at, 1);
}

function startEngine(heapBytes: number): Engine {
  // Sources run as TypeScript, the bundle as JavaScript.
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const child = fork(new URL(`./flow-engine.worker.${ending}`, import.meta.url), {
    serialization: 'advanced',
    // Its own idea of how to start, whatever the server was started with.
    execArgv: [`--max-old-space-size=${Math.ceil(heapBytes / 1024 ** 2)}`, '--max-semi-space-size=4'],
    env: engineEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = Promise.withResolvers<void>();
  child.once('message', () => ready.resolve());
  const engine: Engine = { child, heapBytes, ready: ready.promise, flows: 0, idle: undefined };
  child.on('error', () => {
    // Of one that could not be started there is no `exit`.
    if (child.pid === undefined) child.emit('exit', null, null);
  });
  child.once('exit', () => drop(engine));
  return engine;
}

/** The settings of secrets stay here. */
function engineEnvironment(): Record<string, string | undefined> {
  const secrets = new Set(
    Object.values(settings)
      .filter(({ secret }) => secret)
      .map(({ env }) => env),
  );
  const cache = getCompileCacheDir();
  return {
    ...Object.fromEntries(Object.entries(readEnv()).filter(([name]) => !secrets.has(name))),
    NODE_OPTIONS: undefined,
    ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }),
  };
}

function taskOf(config: Config, run: Omit<FlowRun, 'signal'>): EngineTask {
  const entries = Object.entries(run);
  const forBlobs = new Set(['s3AccessKey', 's3SecretKey']);
  const known = Object.entries(config).map(([name, value]) => {
    const { secret } = settings[name as keyof typeof settings];
    return [name, secret && !forBlobs.has(name) ? undefined : value];
  });
  return {
    config: Object.fromEntries(known) as Config,
    run: Object.fromEntries(entries.filter(([, value]) => typeof value !== 'function')) as EngineTask['run'],
    calls: entries.filter(([, value]) => typeof value === 'function').map(([name]) => name),
  };
}
