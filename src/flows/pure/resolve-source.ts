import { missingKey } from './faults.ts';
import type { JsonObject, PlannedSource } from './flow-spec.ts';
import { isText } from './json.ts';

/**
 * Where the bytes of a resource are, and in what format (contract §5.2). Throws PlanFault when it says nothing of where, or
 * only relative to an address that is not given.
 */
export function resolveSource(
  resource: JsonObject,
  base: string | undefined,
  mapping: { [pathOrName: string]: string },
): PlannedSource {
  const paths = [resource.path].flat().filter(isText);
  const format = isText(resource.format) ? resource.format.toLowerCase() : undefined;
  if (paths.length === 0) {
    if (resource.data === undefined) throw missingKey('path');
    return { urls: [], data: resource.data, format: format ?? 'json' };
  }
  const urls = paths.map((path) => addressOf(path, String(resource.name), base, mapping));
  const found = format ?? formatOf(paths[0]!) ?? formatOf(urls[0]!);
  return { urls: urls.map(withoutHint), ...(found === undefined ? {} : { format: found }) };
}

function addressOf(
  path: string,
  name: string,
  base: string | undefined,
  mapping: { [pathOrName: string]: string },
): string {
  const mapped = own(mapping, path) ?? own(mapping, name);
  if (mapped !== undefined) return mapped;
  if (hasScheme(path)) return path;
  if (base === undefined) throw missingKey('url');
  return `${dirname(base)}/${path}`;
}

const own = (map: { [key: string]: string }, key: string) => (Object.hasOwn(map, key) ? map[key] : undefined);

/** `C:` is a drive, not a scheme. */
export const hasScheme = (text: string): boolean => /^[a-z][a-z0-9+.-]+:/i.test(text);

/** As the older store did: by text; what is asked for after `?` is not part of a folder. */
const dirname = (url: string): string => url.replace(/[?#].*$/, '').replace(/\/?[^/]*$/, '');

/** `https://h/x#.csv`: a hint for us, not for the server. */
const hint = /#\.([A-Za-z0-9]+)$/;
export const withoutHint = (url: string): string => url.replace(hint, '');
export const hintOf = (url: string): string | undefined => hint.exec(url)?.[1]?.toLowerCase();

const packed = new Set(['gz', 'zip']);

/** Of a compressed file what is inside, if its name says so. */
function formatOf(url: string): string | undefined {
  const hinted = hintOf(url);
  if (hinted !== undefined) return hinted;
  if (/^connection:/i.test(url)) return 'ndjson';
  if (/^(blob|data):/i.test(url)) return undefined;
  const parts = fileNameOf(url).split('.').slice(1).reverse();
  const extension = packed.has(parts[0]?.toLowerCase() ?? '') ? parts[1] : parts[0];
  return extension === undefined || extension === '' ? undefined : extension.toLowerCase();
}

/** With the dot; empty when there is none. Of what is packed, that of the package. */
export function extensionOf(url: string): string {
  if (/^connection:/i.test(url)) return '.ndjson';
  if (/^(blob|data):/i.test(url)) return '';
  return /(?<=.)\.[A-Za-z0-9]{1,20}$/.exec(fileNameOf(url))?.[0] ?? '';
}

function fileNameOf(url: string): string {
  const path = url.replace(/^[a-z][a-z0-9+.-]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/, '');
  return path.split('/').at(-1) ?? '';
}
