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
    databaseConnections: new Gauge({
      name: 'granary_database_connections',
      help: 'Connections of this process to the database.',
      labelNames: ['state'],
      registers,
    }),
  };
}
