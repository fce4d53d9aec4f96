import type { Context } from '../../platform/context.ts';

/** What an engine has in its process: no database. What it needs of that, it asks for through its `FlowRun`. */
export type EngineContext = Pick<Context, 'config' | 'blobs'>;
