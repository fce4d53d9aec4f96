import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** One registry a context, so that two servers in one test process do not mix their numbers. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'granary_' });
  const registers = [registry];
  return {
    registry,
    httpSeconds: new Histogram({
      name: 'granary_http_request_seconds',
      help: 'Time from request to answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    }),
    jobs: new Counter({ name: 'granary_job_total', help: 'Jobs done.', labelNames: ['job', 'outcome'], registers }),
    runs: new Counter({ name: 'granary_run_total', help: 'Runs ended.', labelNames: ['kind', 'state'], registers }),
    runSeconds: new Histogram({
      name: 'granary_run_seconds',
      help: 'Time from start to end of the last attempt.',
      labelNames: ['kind', 'state'],
      buckets: [0.01, 0.1, 1, 10, 60, 600, 3600],
      registers,
    }),
    runQueueSeconds: new Histogram({
      name: 'granary_run_queue_seconds',
      help: 'Time a run waited from when it was due until a worker began it.',
      labelNames: ['kind'],
      buckets: [0.005, 0.02, 0.1, 1, 10, 60, 600],
      registers,
    }),
    databaseConnections: new Gauge({
      name: 'granary_database_connections',
      help: 'Connections of this process to the database.',
      labelNames: ['state'],
      registers,
    }),
  };
}
