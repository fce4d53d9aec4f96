import { isExactNumber } from '../../recipes/index.ts';
import type { Row } from '../connector.ts';

/** A JSON object; numbers that keep their digits are objects too, and none. */
export const isRecord = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value);
