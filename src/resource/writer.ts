import type { Tx } from '../platform/db/index.ts';
import type { Access } from './access.ts';
import type { Model } from './pure/model.ts';
import type { Resources } from './resources.ts';

/** What is common to the writes of one request. */
export interface Writer {
  resources: Resources;
  model: Model;
  access: Access;
  tx: Tx;
}
