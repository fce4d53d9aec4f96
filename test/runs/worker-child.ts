// A worker process to be killed. Arguments: database address, data folder, lease in seconds.
import { readConfig } from '../../src/platform/config/index.ts';
import { createLog } from '../../src/platform/log/index.ts';
import { openContext } from '../../src/platform/open-context.ts';
import { startTestWorker } from '../support/run-kinds.ts';
import { publishing } from './publishing.ts';

const [url = '', dataDir = '', lease = '2'] = process.argv.slice(2);
const config = readConfig({ GRANARY_DATA_DIR: dataDir, GRANARY_RUN_LEASE: lease, GRANARY_LOG_LEVEL: 'silent' });
const context = await openContext(config, createLog({ level: 'silent', pretty: false }), url);
await startTestWorker(context, publishing);
process.stdout.write('ready\n');
