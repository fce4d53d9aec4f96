/** A fault of row 7 (contract §2.3): its text follows `Unexpected error: `. */
export class PlanFault extends Error {}

/** The older store's way to say that a key is missing. */
export const missingKey = (key: string): PlanFault => new PlanFault(`'${key}'`);

/** A fault of row 6. */
export interface Problem {
  /** JSON pointer into the spec. */
  pointer: string;
  problem: string;
}

export const segment = (name: string | number): string => String(name).replaceAll('~', '~0').replaceAll('/', '~1');
