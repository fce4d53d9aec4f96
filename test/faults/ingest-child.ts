import { once } from 'node:events';
import { accountHooks, accountRoutes } from '../../src/accounts/index.ts';
import { ingestRoutes, ingestUpload, sweepIngestFolders } from '../../src/ingest/index.ts';
import { readConfig, readEnv } from '../../src/platform/config/index.ts';
import { createHttp } from '../../src/platform/http/index.ts';
import { startWorker } from '../../src/platform/jobs/index.ts';
import { createLog } from '../../src/platform/log/index.ts';
import { openContext } from '../../src/platform/open-context.ts';
import { executeRunHandler, reapExpiredRuns } from '../../src/runs/index.ts';

/**
 * A server that can take files in, and nothing else: sign-in, uploads, the worker with its heartbeat and sweeps, each as
 * `granary serve` has it. It starts in a fraction of the time, so that it can be killed often. Waits for a line on its
 * input before it opens anything, so that the next one can be made ready while this one runs.
 */
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const config = readConfig(readEnv());
const context = await openContext(config, createLog({ level: 'error', pretty: false }), config.databaseUrl!);
await startWorker(
  context,
  [executeRunHandler([ingestUpload])],
  [],
  [
    { name: 'reap-expired-runs', seconds: config.runLeaseSeconds / 3, work: reapExpiredRuns },
    { name: 'sweep-work-folders', seconds: 60, work: sweepIngestFolders },
  ],
);
const app = await createHttp(context, { version: 'test', cors: {} });
for (const register of [accountHooks, accountRoutes, ingestRoutes]) await register(app, context);
process.stdout.write(`Granary listens on ${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);
