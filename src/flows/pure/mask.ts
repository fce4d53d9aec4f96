import { redactUrls } from '../../platform/fetch/index.ts';

/** Any JSON without credentials and signatures in its URLs: what others than the owner are shown (contract §2.4). */
export function masked<T>(value: T): T {
  if (typeof value === 'string') return redactUrls(value) as T;
  if (Array.isArray(value)) return value.map((item) => masked(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item)])) as T;
}
