import type { Answer } from '../../support/actor.ts';
import type { Part, Scene } from './cast.ts';

/** One line of the matrix: what each part is answered on one route. */
export interface Row {
  /** Nine statuses in the order of `parts`, or one for all. */
  answers: string;
  /** Path, when it is not the route's own. */
  path?: (scene: Scene) => string;
  body?: (scene: Scene, part: Part) => unknown;
  headers?: Record<string, string>;
  /** Who finds the scene in the answer: nine marks, `x` or `-`. */
  sees?: string;
  find?: (answer: Answer, scene: Scene) => boolean;
  /** The route ends sessions or accounts: it needs a cast of its own. */
  ownCast?: boolean;
}

/** Keyed `METHOD /path`, as the server names its routes. */
export type Rows = Record<string, Row>;
