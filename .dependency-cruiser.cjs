// The order of modules is the architecture: each may import only what stands before it in this line.
const order = [
  'resource',
  'accounts',
  'runs',
  'locations',
  'indicators',
  'campaigns',
  'datapoints',
  'aggregates',
  'datasets',
  'recipes',
  'connections',
  'ingest',
  'pulls',
  'documents',
  'flows',
  'scripts',
  'plans',
  'exports',
  'dashboards',
  'cli',
];
const downhill = order.map((module, index) => ({
  name: `downhill-${module}`,
  comment:
    'A datum flows one way: modules import only modules below them. To make an upper module act, enqueue its job.',
  severity: 'error',
  from: { path: `^src/${module}/` },
  to: { path: `^src/(${order.slice(index + 1).join('|') || '-'})/` },
}));

module.exports = {
  forbidden: [
    ...downhill,
    {
      name: 'platform-is-ours-alone',
      comment: 'platform/ would work in another product: it imports nothing of ours.',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/(?!platform/)' },
    },
    {
      name: 'only-the-front-door',
      comment: 'Another module is reached by its index.ts (what it does) or jobs.ts (what can be asked of it later).',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: '^src/platform/' },
      to: {
        path: '^src/(?!platform/)[^/]+/',
        pathNot: ['^src/$1/', '^src/[^/]+/(index|jobs)\\.ts$', '^src/resource/access\\.ts$'],
      },
    },
    {
      name: 'top-through-the-front-door',
      comment: 'app.ts, worker.ts, serve.ts and main.ts too use index.ts and jobs.ts only.',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$' },
      to: { path: '^src/(?!platform/)[^/]+/', pathNot: '^src/[^/]+/(index|jobs)\\.ts$' },
    },
    {
      name: 'platform-feature-by-index',
      comment: 'A feature of platform/ is imported by its index.ts.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/' },
      to: {
        path: '^src/platform/[^/]+/',
        pathNot: [
          '^src/platform/[^/]+/index\\.ts$',
          '^src/platform/db/embed/index\\.ts$',
          '^src/platform/[^/]+/(pure/)',
        ],
      },
    },
    {
      name: 'pure-is-pure',
      comment: 'pure/ takes values and returns values: no database, clock, file or network.',
      severity: 'error',
      from: { path: '/pure/' },
      to: { path: '^(node:)?(fs|net|http|https|child_process|dns|timers)|node_modules/(pg|undici|fastify|@duckdb)/' },
    },
    {
      name: 'driver-stays-low',
      comment:
        'The database driver only in store.ts, resource/ and platform/; connectors speak to databases of others with it.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/platform/', '^src/resource/', '/store[^/]*\\.ts$', '^src/connections/databases/'],
      },
      to: { path: 'node_modules/(pg|kysely|pg-copy-streams)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      comment: 'Whoever meets themselves again cannot be understood alone; type imports included.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file nobody imports is dead.',
      severity: 'error',
      from: { orphan: true, pathNot: ['^src/main\\.ts$', '\\.d\\.ts$', 'worker-thread'] },
      to: {},
    },
    {
      name: 'web-is-a-client',
      comment: 'The browser app knows the public API only.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^web/dist' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
