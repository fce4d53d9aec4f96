import { parentPort, workerData } from 'node:worker_threads';

/** Full matches of a pattern in names: its groups, or null. */
export interface NameMatch {
  groups: (string | undefined)[];
  named: Record<string, string | undefined>;
}
export interface NameTask {
  source: string;
  flags: string;
  names: string[];
}

const { source, flags, names } = workerData as NameTask;
const pattern = new RegExp(`^(?:${source})$`, flags);
// The clock of the pattern starts with this.
parentPort!.postMessage('ready');
const matches = names.map((name): NameMatch | null => {
  const match = pattern.exec(name);
  return match === null ? null : { groups: [...match], named: { ...match.groups } };
});
parentPort!.postMessage(matches);
