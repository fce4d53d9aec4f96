import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export interface Target {
  host: string;
  port: number;
  /** Undefined while a name is not resolved yet. */
  address?: string;
}

/** Which targets outgoing connections may have. */
export interface AddressPolicy {
  /** An administrator made an exception, for the name or for the address. */
  excepts(target: Target): boolean;
  /** Why there may be no connection: not a public address, or a port that is not 80, 443, 8080 or 8443. */
  refusal(target: Target): string | undefined;
}

/**
 * `allow` lists `host`, `host:port`, `address`, `address:port`, `[v6]:port`, `network/bits`, or `:port`, which only makes
 * that port a usual one. A wrong entry throws: an exception that silently means nothing, or too much, is worse than no
 * start.
 */
export function addressPolicy(allow: readonly string[]): AddressPolicy {
  const portEntries = allow.filter((entry) => /^\s*:\d{1,5}\s*$/.test(entry));
  const ports = new Set([...usualPorts, ...portEntries.map((entry) => portOf(entry.trim().slice(1), entry))]);
  const exceptions = allow.filter((entry) => !portEntries.includes(entry)).map(parseException);
  const excepts = ({ host, port, address }: Target): boolean => {
    const name = canonicalHost(host);
    const parsed = parseAddress(address ?? name);
    return exceptions.some((one) => (one.port ?? port) === port && one.matches(name, parsed));
  };
  return {
    excepts,
    refusal: (target) => {
      if (excepts(target)) return undefined;
      const literal = target.address ?? canonicalHost(target.host);
      const address = parseAddress(literal);
      if (address === undefined) return target.address === undefined ? undefined : 'its address is not one';
      if (!isPublic(address)) return 'its address is not a public one';
      return ports.has(target.port) ? undefined : `port ${target.port} is not a usual one`;
    },
  };
}

/** Lower case, without the dot that only says "absolute" and the brackets around a v6 address. */
export const canonicalHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[(.*)\]$/, '$1');

const usualPorts = new Set([80, 443, 8080, 8443]);

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Addresses anybody on the internet may have. All forms that carry a v4 address inside (mapped, NAT64, 6to4, Teredo)
 * are refused, whatever is inside. Of v6 only 2000::/3 is in use; the rest has forms no list knows.
 */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(globalUnicast);
}

const globalUnicast = ipaddr.parseCIDR('2000::/3');

interface Exception {
  port: number | undefined;
  matches(host: string, address: Address | undefined): boolean;
}

function parseException(text: string): Exception {
  const entry = text.trim();
  if (entry.includes('/')) {
    if (!ipaddr.isValidCIDR(entry)) throw new Error(`${text} is not a network such as 10.0.0.0/8`);
    return { port: undefined, matches: (_, address) => within(address, ipaddr.parseCIDR(entry)) };
  }
  const [, name = '', digits] = parseAddress(entry) ? [entry, entry] : (/^(.+?)(?::(\d{1,5}))?$/.exec(entry) ?? []);
  const host = canonicalHost(name);
  const port = digits === undefined ? undefined : portOf(digits, text);
  const literal = parseAddress(host);
  if (literal !== undefined) {
    const bits = literal.kind() === 'ipv4' ? 32 : 128;
    return { port, matches: (_, address) => within(address, [literal, bits]) };
  }
  if (!/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(host))
    throw new Error(`${text} is neither host[:port] nor a network`);
  return { port, matches: (asked) => asked === host };
}

function portOf(digits: string, entry: string): number {
  const port = Number(digits);
  if (port < 1 || port > 65_535) throw new Error(`${entry} has no valid port`);
  return port;
}

function within(address: Address | undefined, [network, bits]: [Address, number]): boolean {
  return address !== undefined && address.kind() === network.kind() && address.match(network as ipaddr.IPv4, bits);
}

/** Four decimal parts or v6 only: what else ipaddr.js takes for an address (0x7f.1) is a name to all others. */
function parseAddress(text: string): Address | undefined {
  return isIP(text) === 0 ? undefined : ipaddr.parse(text);
}
