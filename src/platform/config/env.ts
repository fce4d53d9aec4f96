/** The only place that looks at the environment. An empty variable counts as unset. */
export function readEnv(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
}
