import { AppError } from '../../errors/index.ts';

/** These stop the start-up; their text is what the person at the terminal reads. */
export const dataFolderInUse = (folder: string, pid: number | undefined): AppError =>
  new AppError(
    503,
    'data_folder_in_use',
    `the data folder ${folder} is in use by ${pid === undefined ? 'another Granary process' : `the Granary process ${pid}`}`,
    { hint: 'stop that process, or give this one another GRANARY_DATA_DIR', extra: { pid } },
  );

export const databaseVersionMismatch = (cluster: string, found: string, wanted: number): AppError =>
  new AppError(
    503,
    'database_version_mismatch',
    `the database in ${cluster} was made by PostgreSQL ${found}, this Granary brings PostgreSQL ${wanted}`,
    {
      hint: `start PostgreSQL ${found} on that folder, dump it with pg_dump, and restore the dump into a new data folder`,
    },
  );

export const databaseClusterMissing = (cluster: string, pointer: string): AppError =>
  new AppError(503, 'database_cluster_missing', `${pointer} says that the database lies in ${cluster}, which is gone`, {
    hint: `bring that folder back, or remove ${pointer} to start with an empty database`,
  });

export const databaseClusterShared = (folder: string, owner: string): AppError =>
  new AppError(
    503,
    'database_cluster_shared',
    `the data folder ${folder} is a copy: it names the database that belongs to ${owner}`,
    { hint: 'two folders cannot share one database; copy it with pg_dump through DATABASE_URL' },
  );

export const databaseStartFailed = (what: string, lines: string[]): AppError =>
  new AppError(
    503,
    'database_start_failed',
    [`the embedded PostgreSQL did not start: ${what}`, ...lines].join('\n  '),
    lines.some((line) => line.includes('No space left on device')) ? { hint: 'the disk is full' } : {},
  );

export const databaseUnsupported = (why: string): AppError =>
  new AppError(503, 'database_unsupported', `the embedded PostgreSQL cannot run here: ${why}`, {
    hint: 'set DATABASE_URL to a PostgreSQL of version 15 or later',
  });
