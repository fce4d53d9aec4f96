import { choice, flag, integer, list, optionalText, text } from './setting.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/**
 * Every setting of Granary, its default and its unit, in one place. An empty variable counts as unset. Sizes are in
 * bytes, times in seconds unless the name says otherwise.
 */
export const settings = {
  host: text('GRANARY_HOST', '127.0.0.1', 'Address the server listens on.'),
  port: integer('GRANARY_PORT', 4680, 'Port the server listens on; 0 takes a free one.', { min: 0, max: 65_535 }),
  baseUrl: optionalText(
    'GRANARY_BASE_URL',
    'Public address of this installation, for links in mail and downloads. Unset: what it listens on.',
  ),
  trustProxy: flag('GRANARY_TRUST_PROXY', false, 'Believe X-Forwarded-* headers. Only behind a proxy that sets them.'),
  dataDir: text('GRANARY_DATA_DIR', './.granary', 'Folder of the embedded database, the blobs and the keys.'),
  databaseUrl: optionalText(
    'DATABASE_URL',
    'PostgreSQL ≥ 15 to use. Unset: an embedded PostgreSQL 18 below the data folder.',
    { secret: true },
  ),
  databaseConnections: integer(
    'GRANARY_DATABASE_CONNECTIONS',
    20,
    'Largest number of database connections of one process.',
    { min: 4, max: 1000 },
  ),
  statementTimeoutSeconds: integer('GRANARY_STATEMENT_TIMEOUT', 60, 'Longest time of one SQL statement of a request.', {
    min: 1,
    max: 86_400,
  }),
  blobs: text(
    'GRANARY_BLOBS',
    'file:',
    'Where files are kept: `file:` (below the data folder), `file:/path`, or `s3://bucket/prefix`.',
  ),
  s3Endpoint: optionalText('GRANARY_S3_ENDPOINT', 'Address of an S3-compatible store. Unset: AWS.'),
  s3Region: text('GRANARY_S3_REGION', 'us-east-1', 'Region of the S3 bucket.'),
  s3AccessKey: optionalText('GRANARY_S3_ACCESS_KEY', 'Access key of the S3 store. Unset: the usual AWS sources.', {
    secret: true,
  }),
  s3SecretKey: optionalText('GRANARY_S3_SECRET_KEY', 'Secret key of the S3 store.', { secret: true }),
  secret: optionalText(
    'GRANARY_SECRET',
    'At least 32 bytes that sign links, cursors and tokens; the same on every host. Unset: made once, in the data folder.',
    { secret: true },
  ),
  adminEmail: optionalText(
    'GRANARY_ADMIN_EMAIL',
    'E-mail of the first administrator, made when there is no user yet. Unset: admin@localhost.localdomain with a printed one-time password.',
  ),
  adminPassword: optionalText(
    'GRANARY_ADMIN_PASSWORD',
    'Password of the first administrator. Unset: made up and printed once.',
    { secret: true },
  ),
  workers: integer('GRANARY_WORKERS', 4, 'Jobs one process works on at once.', { min: 1, max: 64 }),
  runLeaseSeconds: integer(
    'GRANARY_RUN_LEASE',
    30,
    'A run whose worker has not been heard of for so long is taken from it.',
    { min: 2, max: 3600 },
  ),
  ingestAttempts: integer(
    'GRANARY_INGEST_ATTEMPTS',
    10,
    'How often one ingest is begun before it is given up as lost, when its worker dies each time.',
    { min: 1, max: 1000 },
  ),
  zeroDivision: choice(
    'GRANARY_ZERO_DIVISION',
    ['null', 'zero'],
    'null',
    'What a division by zero gives: no value, or 0 as in old series. It is flagged either way. (monitoring.zero_division)',
  ),
  missingCellsMax: integer(
    'GRANARY_MISSING_CELLS_MAX',
    1_000_000,
    'Most cells that show_missing_data may give: places × indicators × periods.',
    { min: 1, max: 1_000_000_000 },
  ),
  getActions: flag(
    'GRANARY_GET_ACTIONS',
    true,
    'Actions such as /api/v1/agg_refresh may be called by GET, with a header credential. (monitoring.get_actions)',
  ),
  runTimeoutSeconds: integer('GRANARY_RUN_TIMEOUT', 7200, 'Longest time of one run that names no time of its own.', {
    min: 1,
    max: 604_800,
  }),
  uploadMaxBytes: integer('GRANARY_UPLOAD_MAX_BYTES', 5 * GiB, 'Largest file that may be uploaded.', {
    min: 1,
    max: 1024 * GiB,
  }),
  bodyMaxBytes: integer('GRANARY_BODY_MAX_BYTES', 50 * MiB, 'Largest JSON request body, also after unpacking.', {
    min: KiB,
    max: GiB,
  }),
  gzipBodyMaxBytes: integer('GRANARY_GZIP_BODY_MAX_BYTES', 25 * MiB, 'Largest gzip-compressed request body, as sent.', {
    min: KiB,
    max: GiB,
  }),
  engineMemoryBytes: integer(
    'GRANARY_ENGINE_MEMORY',
    384 * MiB,
    'Memory one ingest or export may give to its DuckDB.',
    { min: 64 * MiB, max: 1024 * GiB },
  ),
  engineThreads: integer('GRANARY_ENGINE_THREADS', 2, 'Threads of one DuckDB.', { min: 1, max: 128 }),
  readMemoryBytes: integer(
    'GRANARY_READ_MEMORY',
    96 * MiB,
    'Memory all reads and exports of one process share in their DuckDB; larger sorts go to disk.',
    { min: 64 * MiB, max: 1024 * GiB },
  ),
  tableCacheBytes: integer(
    'GRANARY_TABLE_CACHE_BYTES',
    5 * GiB,
    'Local copies of tables kept for reading while the blobs lie in S3.',
    { min: 0, max: 1024 * 1024 * GiB },
  ),
  issuesListed: integer(
    'GRANARY_ISSUES_LISTED',
    100_000,
    'Issues of one revision that are listed; the rest are counted.',
    { min: 1, max: 10_000_000 },
  ),
  accessTokenSeconds: integer('GRANARY_ACCESS_TOKEN_TTL', 3600, 'Lifetime of an access token.', {
    min: 301,
    max: 31_536_000,
  }),
  refreshTokenSeconds: integer('GRANARY_REFRESH_TOKEN_TTL', 2_592_000, 'Lifetime of a refresh token.', {
    min: 600,
    max: 31_536_000,
  }),
  passwordPolicy: choice('PASSWORD_POLICY', ['strict', 'basic'], 'strict', 'What a new password must have.'),
  dmptoolTokenSeconds: integer(
    'GRANARY_COMPAT_DMPTOOL_TOKEN_TTL',
    43_200,
    'Lifetime of an access token from `GET /login`, whose clients cannot refresh.',
    { min: 301, max: 31_536_000 },
  ),
  dmptoolPasswordHeader: flag(
    'GRANARY_COMPAT_DMPTOOL_PASSWORD_HEADER',
    true,
    'Take a new password from the header `newpassword` of `PUT /changepassword`.',
  ),
  authServiceTokenSeconds: integer(
    'AUTH_SERVICE_TOKEN_TTL',
    0,
    'Lifetime of a token from `/auth/authorize`; 0: it does not expire.',
    { min: 0, max: 315_360_000 },
  ),
  datasetsPerOwner: integer(
    'GRANARY_DATASETS_PER_OWNER',
    1000,
    'Flow datasets one owner may have: `max_dataset_num` in tokens from `/auth/authorize`.',
    { min: 0, max: 1_000_000_000 },
  ),
  authServer: optionalText(
    'AUTH_SERVER',
    'Server whose key alone counts on `/source/*`: `host[:port]` or a URL. Unset: our own keys.',
  ),
  authStrictService: flag(
    'AUTH_STRICT_SERVICE',
    false,
    'On `/source/*`, believe tokens only that were issued for the service `source`.',
  ),
  dppUrl: optionalText(
    'DPP_URL',
    'Runner of pipelines outside of Granary. Set: flows are planned here and run there, told by `GET {DPP_URL}api/refresh`.',
  ),
  flowRunner: choice(
    'FLOW_RUNNER',
    ['auto', 'internal', 'external'],
    'auto',
    'Who runs pipelines; `auto`: external while `DPP_URL` is set.',
  ),
  flowUpdateSecret: optionalText('FLOW_UPDATE_SECRET', 'Bearer that may report to `/source/update`.', { secret: true }),
  flowUpdateOpen: flag('FLOW_UPDATE_OPEN', false, 'Let everybody report to `/source/update`.'),
  flowAllowedTypes: list(
    'FLOW_ALLOWED_TYPES',
    [],
    'Artefact types that are made, such as `derived/csv,derived/zip`. Empty: all.',
  ),
  sourceJsonp: flag('SOURCE_JSONP', false, 'Answer `?callback=` on `/source/*` as JSONP, for public datasets.'),
  flowSpecMaxBytes: integer('FLOW_SPEC_MAX_BYTES', 10 * MiB, 'Largest flow spec, and largest report on a pipeline.', {
    min: KiB,
    max: GiB,
  }),
  flowMaxResources: integer('FLOW_MAX_RESOURCES', 500, 'Resources of one flow spec.', { min: 1, max: 100_000 }),
  flowMaxProcessing: integer('FLOW_MAX_PROCESSING', 500, 'Processing entries of one flow spec.', {
    min: 1,
    max: 100_000,
  }),
  flowMaxSteps: integer('FLOW_MAX_STEPS', 100, 'Steps of one processing entry of a flow spec.', {
    min: 1,
    max: 10_000,
  }),
  registration: choice(
    'GRANARY_REGISTRATION',
    ['open', 'closed'],
    'open',
    'Who may make an account: everybody, or administrators for others.',
  ),
  adminReadsRows: flag(
    'GRANARY_ADMIN_READS_ROWS',
    false,
    'Administrators read the rows of projects they do not belong to.',
  ),
  corsOrigins: list('CORS_ORIGINS', [], 'Origins whose pages may call the API with credentials.'),
  legacyUiOrigins: list('LEGACY_UI_ORIGINS', [], 'Origins of old web clients that know the role ADMIN only.'),
  rateLimitPerMinute: integer('GRANARY_RATE_LIMIT', 300, 'Requests of one caller a minute; 0 switches limits off.', {
    min: 0,
    max: 1_000_000,
  }),
  allowHosts: list('GRANARY_ALLOW_HOSTS', [], 'Private targets that outgoing requests may reach: `host[:port]`.'),
  fetchAllow: list(
    'FETCH_ALLOW',
    [],
    'Further exceptions for outgoing requests: networks (`10.0.0.0/8`), hosts, `host:port`, or a port for all (`:9000`).',
  ),
  flowSourceMaxBytes: integer('FLOW_SOURCE_MAX_BYTES', 2 * GiB, 'Largest source a flow may fetch.', {
    min: 1,
    max: 1024 * GiB,
  }),
  flowUploadsPerMinute: integer(
    'FLOW_UPLOADS_PER_MINUTE',
    300,
    'Flow specs of one owner accepted within a minute, over all processes and beside `GRANARY_RATE_LIMIT`; 0 there or here: no limit.',
    { min: 0, max: 1_000_000 },
  ),
  flowConcurrency: integer(
    'FLOW_CONCURRENCY',
    3,
    'Flows worked on at once, over all processes. The others wait in a queue in which owners take turns.',
    { min: 1, max: 1000 },
  ),
  flowConcurrencyPerOwner: integer('FLOW_CONCURRENCY_PER_OWNER', 2, 'Of those, flows of one owner.', {
    min: 1,
    max: 1000,
  }),
  flowSmallSlots: integer(
    'FLOW_SMALL_SLOTS',
    1,
    'Of `FLOW_CONCURRENCY`, places only for flows whose sources have at most 10 MB; one place always stays for others.',
    { min: 0, max: 1000 },
  ),
  flowLargeSlots: integer('FLOW_LARGE_SLOTS', 1, 'Flows worked on at once whose sources have more than 200 MB.', {
    min: 1,
    max: 1000,
  }),
  flowPrivateStorageMb: integer(
    'FLOW_PRIVATE_STORAGE_MB',
    0,
    'MB (1,000,000 bytes) the sources and products of one owner’s private datasets may have, where the token does not say; 0: no limit.',
    { min: 0, max: 1_000_000_000 },
  ),
  flowPublicStorageMb: integer(
    'FLOW_PUBLIC_STORAGE_MB',
    0,
    'The same for the owner’s published and unlisted datasets.',
    { min: 0, max: 1_000_000_000 },
  ),
  flowMemoryBytes: integer(
    'FLOW_MEMORY_BYTES',
    2 * GiB,
    'Memory the engine of one flow may use. Large sorts and joins go to temporary disk; a pipeline that needs more fails.',
    {
      min: 64 * MiB,
      max: 1024 * GiB,
    },
  ),
  flowTemporaryBytes: integer(
    'FLOW_TEMPORARY_BYTES',
    20 * GiB,
    'Temporary disk the engine of one flow may use; a pipeline that needs more fails.',
    { min: MiB, max: 1024 * 1024 * GiB },
  ),
  flowPipelineSeconds: integer(
    'FLOW_PIPELINE_SECONDS',
    7200,
    'Longest time of one pipeline of a flow; then it fails.',
    { min: 1, max: 604_800 },
  ),
  flowCacheDays: integer(
    'FLOW_CACHE_DAYS',
    14,
    'Days an outcome of a flow (a source as read, a table after a step) is kept for later flows after its last use. 0: none are.',
    { min: 0, max: 3650 },
  ),
  flowFetchSeconds: integer('FLOW_FETCH_SECONDS', 1800, 'Longest time one source of a flow may take to fetch.', {
    min: 1,
    max: 86_400,
  }),
  connectionConnectSeconds: integer(
    'GRANARY_CONNECTION_CONNECT_SECONDS',
    10,
    'Longest time until another system accepts a connection and answers a test or a preview.',
    { min: 1, max: 600 },
  ),
  connectionStatementSeconds: integer(
    'GRANARY_CONNECTION_STATEMENT_SECONDS',
    300,
    'Longest time of one statement or request that a connection sends.',
    { min: 1, max: 86_400 },
  ),
  pullSeconds: integer('GRANARY_PULL_SECONDS', 3600, 'Longest time of one read through a connection.', {
    min: 1,
    max: 604_800,
  }),
  pullMaxRows: integer('GRANARY_PULL_MAX_ROWS', 5_000_000, 'Most rows of one read through a connection.', {
    min: 1,
    max: 1_000_000_000,
  }),
  pullMaxBytes: integer('GRANARY_PULL_MAX_BYTES', 2 * GiB, 'Largest outcome of one read through a connection.', {
    min: KiB,
    max: 1024 * GiB,
  }),
  smtpUrl: optionalText(
    'GRANARY_SMTP_URL',
    'Mail server. Unset: mail stays in the outbox, to be read with `granary mail`.',
    { secret: true },
  ),
  mailFrom: text('GRANARY_MAIL_FROM', 'granary@localhost.localdomain', 'Sender of mail.'),
  oidcIssuer: optionalText('GRANARY_OIDC_ISSUER', 'OpenID Connect provider for sign-in. Unset: none.'),
  oidcClientId: optionalText('GRANARY_OIDC_CLIENT_ID', 'Client id at the OpenID provider.'),
  oidcClientSecret: optionalText('GRANARY_OIDC_CLIENT_SECRET', 'Client secret at the OpenID provider.', {
    secret: true,
  }),
  oidcScopes: text('GRANARY_OIDC_SCOPES', 'openid email profile', 'Scopes asked of the OpenID provider.'),
  oidcLinkByEmail: flag(
    'GRANARY_OIDC_LINK_BY_EMAIL',
    false,
    'Sign in as the account with the same e-mail, if provider and account have both verified it.',
  ),
  seedcaseRoot: flag(
    'GRANARY_COMPAT_SEEDCASE_ROOT',
    true,
    'Serve the Seedcase contract at `/` too, not only below `/compat/seedcase`.',
  ),
  dmptoolRoot: flag(
    'GRANARY_COMPAT_DMPTOOL_ROOT',
    true,
    'Serve the dmptool contract at `/` too, not only below `/compat/dmptool`.',
  ),
  logLevel: choice(
    'GRANARY_LOG_LEVEL',
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    'info',
    'Least severe log line written.',
  ),
  logPretty: flag('GRANARY_LOG_PRETTY', false, 'Log for people instead of JSON lines.'),
};
