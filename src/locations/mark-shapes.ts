import type { Tx } from '../platform/db/index.ts';
import { enqueue } from '../platform/jobs/index.ts';
import { simplifyShapesJob } from './jobs.ts';
import { markShapesNear, shapesOfPlaces, shapesOfType } from './shape-store.ts';

/** Shapes are simplified level by level: at another level they have other neighbours. */
export async function markShapesOfPlaces(tx: Tx, locationIds: readonly number[]): Promise<void> {
  if ((await markShapesNear(tx, shapesOfPlaces(locationIds))) > 0) await askToSimplify(tx);
}

export async function markShapesOfType(tx: Tx, typeId: number): Promise<void> {
  if ((await markShapesNear(tx, shapesOfType(typeId))) > 0) await askToSimplify(tx);
}

export async function askToSimplify(tx: Tx): Promise<void> {
  await enqueue(tx, simplifyShapesJob, {}, { key: simplifyShapesJob.name });
}
