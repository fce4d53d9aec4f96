import path from 'node:path';
import { settings } from './settings.ts';

export { readEnv } from './env.ts';
export { type Setting, SettingError } from './setting.ts';
export { settings } from './settings.ts';

type Settings = typeof settings;

/** Every setting, parsed and checked once at start-up. */
export type Config = { readonly [Name in keyof Settings]: ReturnType<Settings[Name]['parse']> };

/** Throws SettingError, naming the variable. A relative data folder is taken from the current folder, here and once. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const config = Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [name, setting.parse(env[setting.env])]),
  ) as Config;
  return { ...config, dataDir: path.resolve(config.dataDir) };
}
