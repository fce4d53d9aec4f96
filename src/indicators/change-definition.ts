import type { Context } from '../platform/context.ts';
import type { Tx } from '../platform/db/index.ts';
import { definitionsChanged } from './changes.ts';
import { calculationCycle, otherPeriod, roleOfDates } from './errors.ts';
import { findCycle, findOtherPeriod, findRoleOfDates, raiseDefinitionVersions, withDependants } from './store.ts';

/**
 * After a write that alters values: refuses a formula that leads back to itself or mixes kinds of period, gives the
 * indicators and all calculated from them a new version (`raised`: they have theirs), and tells whoever keeps values.
 */
export async function changeDefinition(
  context: Context,
  tx: Tx,
  indicatorIds: readonly number[],
  raised: readonly number[] = [],
): Promise<void> {
  for (const id of indicatorIds) await checkFormula(tx, id);
  const affected = await withDependants(tx, indicatorIds);
  await raiseDefinitionVersions(
    tx,
    affected.filter((id) => !raised.includes(id)),
  );
  await definitionsChanged.tell(context, tx, { indicatorIds: affected });
}

export async function checkFormula(tx: Tx, indicatorId: number): Promise<void> {
  const cycle = await findCycle(tx, indicatorId);
  if (cycle !== undefined) throw calculationCycle(cycle);
  const other = await findOtherPeriod(tx, indicatorId);
  if (other !== undefined) throw otherPeriod(other.component, other.kind, other.indicator, other.own);
  const ofDates = await findRoleOfDates(tx, indicatorId);
  if (ofDates !== undefined) throw roleOfDates(ofDates.role, ofDates.indicator);
}
