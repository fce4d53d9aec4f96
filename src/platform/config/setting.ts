/** One setting: where it comes from, what it means, what it is when unset. docs/settings.md is made from this list. */
export interface Setting<Value> {
  env: string;
  about: string;
  /** How the default is written in the docs. */
  fallback: string;
  secret: boolean;
  parse(text: string | undefined): Value;
}

/** A wrong setting stops the start-up and is named. */
export class SettingError extends Error {
  constructor(env: string, problem: string) {
    super(`${env}: ${problem}`);
    this.name = 'SettingError';
  }
}

export function text(
  env: string,
  fallback: string,
  about: string,
  options: { secret?: boolean } = {},
): Setting<string> {
  return { env, about, fallback, secret: options.secret ?? false, parse: (value) => value ?? fallback };
}

export function optionalText(
  env: string,
  about: string,
  options: { secret?: boolean } = {},
): Setting<string | undefined> {
  return { env, about, fallback: '', secret: options.secret ?? false, parse: (value) => value };
}

export function integer(
  env: string,
  fallback: number,
  about: string,
  range: { min: number; max: number },
): Setting<number> {
  return {
    env,
    about,
    fallback: String(fallback),
    secret: false,
    parse: (value) => {
      if (value === undefined) return fallback;
      const number = Number(value);
      if (!/^-?\d+$/.test(value) || number < range.min || number > range.max) {
        throw new SettingError(env, `must be a whole number from ${range.min} to ${range.max}, not '${value}'`);
      }
      return number;
    },
  };
}

export function flag(env: string, fallback: boolean, about: string): Setting<boolean> {
  return {
    env,
    about,
    fallback: String(fallback),
    secret: false,
    parse: (value) => {
      if (value === undefined) return fallback;
      if (['true', '1', 'yes'].includes(value)) return true;
      if (['false', '0', 'no'].includes(value)) return false;
      throw new SettingError(env, `must be true or false, not '${value}'`);
    },
  };
}

export function choice<const Word extends string>(
  env: string,
  words: readonly Word[],
  fallback: Word,
  about: string,
): Setting<Word> {
  return {
    env,
    about: `${about} One of: ${words.join(', ')}.`,
    fallback,
    secret: false,
    parse: (value) => {
      if (value === undefined) return fallback;
      const word = words.find((candidate) => candidate === value);
      if (word === undefined) throw new SettingError(env, `must be one of ${words.join(', ')}, not '${value}'`);
      return word;
    },
  };
}

/** Comma-separated. */
export function list(env: string, fallback: readonly string[], about: string): Setting<readonly string[]> {
  return {
    env,
    about,
    fallback: fallback.join(','),
    secret: false,
    parse: (value) =>
      value === undefined
        ? fallback
        : value
            .split(',')
            .map((item) => item.trim())
            .filter(Boolean),
  };
}
