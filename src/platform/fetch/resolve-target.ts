import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AddressPolicy } from './address-policy.ts';
import { fetchFailed, fetchTargetRefused, fetchTimeout } from './errors.ts';

/** All addresses of a name. */
export type Lookup = (host: string) => Promise<{ address: string }[]>;

export interface ResolveOptions {
  /** Default 10 s. */
  withinMs?: number;
  lookup?: Lookup | undefined;
  /** Only what an administrator has listed, public addresses too. Default false. */
  listedOnly?: boolean;
}

/** The addresses a connection may be made to; refused as a whole when one of them is not allowed. */
export async function resolveTarget(
  policy: AddressPolicy,
  host: string,
  port: number,
  { withinMs = 10_000, lookup = systemLookup, listedOnly = false }: ResolveOptions = {},
): Promise<string[]> {
  const addresses = isIP(host) === 0 ? await resolve(host, withinMs, lookup) : [host];
  for (const address of addresses) {
    const target = { host, port, address };
    const why = listedOnly && !policy.excepts(target) ? 'it is not listed' : policy.refusal(target);
    if (why !== undefined) throw fetchTargetRefused(host, why);
  }
  return addresses;
}

async function resolve(host: string, ms: number, lookup: Lookup): Promise<string[]> {
  const answer = await within(ms, lookup(host)).catch((error) => {
    throw error === tooLate
      ? fetchTimeout(`The name ${host} could not be resolved in time.`)
      : fetchFailed(`The name ${host} could not be resolved.`, error);
  });
  if (answer.length === 0) throw fetchFailed(`The name ${host} has no address.`);
  return answer.map((one) => one.address);
}

const systemLookup: Lookup = (host) => lookup(host, { all: true, order: 'verbatim' });

const tooLate = Symbol('too late');

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
