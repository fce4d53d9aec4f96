import type { Command } from 'commander';
import { checkAggregates } from '../../aggregates/index.ts';
import { checkTree } from '../../locations/index.ts';
import type { Context } from '../../platform/context.ts';
import { migrateDatabase } from '../../platform/open-context.ts';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { withInstallation } from './open-installation.ts';

const linesTold = 100;

/** `granary doctor`: is what is derived what a rebuild would make of it? Changes nothing; any difference is exit code 1. */
export function addDoctorCommand(program: Command, io: Io): void {
  program
    .command('doctor')
    .description('compare the tree of places and all aggregates with a full rebuild; changes nothing')
    .action(async () => {
      const found = await withInstallation(async (context) => {
        await migrateDatabase(context);
        return await examine(context, io);
      });
      if (found > 0) throw new CommandError(`${found} differences`);
    });
}

async function examine(context: Context, io: Io): Promise<number> {
  const faults = await context.db.transaction((tx) => checkTree(tx, { repairs: false }));
  io.out(`tree of places: ${told(faults.length)}\n`);
  list(
    io,
    faults.map(
      (one) => `${one.parent_location_id} > ${one.location_id}: ${one.fault}, ${one.lvl} instead of ${one.expected}`,
    ),
  );
  let found = faults.length;
  for (const { kind, periods, cells, differences } of await checkAggregates(context)) {
    const periodsNamed = kind === 'campaign' ? 'campaigns' : 'days';
    io.out(`values of ${periods} ${periodsNamed}, ${cells} cells: ${told(differences.length)}\n`);
    list(
      io,
      differences.map(
        (one) =>
          `indicator ${one.indicator_id}, location ${one.location_id}, ${kind} ${one.period}: ${one.kept ?? 'no cell'}; rebuilt: ${one.rebuilt ?? 'no cell'}`,
      ),
    );
    found += differences.length;
  }
  return found;
}

const told = (count: number) => (count === 0 ? 'as a rebuild makes it' : `${count} differences`);

function list(io: Io, lines: string[]): void {
  for (const line of lines.slice(0, linesTold)) io.out(`  ${line}\n`);
  if (lines.length > linesTold) io.out(`  … and ${lines.length - linesTold} more\n`);
}
