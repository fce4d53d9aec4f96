import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readEnv } from '../../platform/config/index.ts';

export interface Login {
  url: string;
  username?: string;
  accessToken: string;
  refreshToken?: string;
  /** Seconds since 1970. */
  expiresAt?: number;
}

const file = () => {
  const env = readEnv();
  return (
    env.GRANARY_LOGIN_FILE ??
    path.join(env.XDG_CONFIG_HOME ?? path.join(os.homedir(), '.config'), 'granary', 'login.json')
  );
};

/** GRANARY_URL with GRANARY_TOKEN (a personal access token) wins over what `granary login` kept. */
export async function findLogin(): Promise<Login | undefined> {
  const env = readEnv();
  if (env.GRANARY_URL !== undefined && env.GRANARY_TOKEN !== undefined) {
    return { url: env.GRANARY_URL.replace(/\/+$/, ''), accessToken: env.GRANARY_TOKEN };
  }
  try {
    return JSON.parse(await readFile(file(), 'utf8')) as Login;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Readable by its owner only. */
export async function keepLogin(login: Login): Promise<void> {
  await mkdir(path.dirname(file()), { recursive: true, mode: 0o700 });
  await writeFile(file(), JSON.stringify(login, null, 2), { mode: 0o600 });
  await chmod(file(), 0o600);
}

export const forgetLogin = (): Promise<void> => rm(file(), { force: true });
