import type { Command } from 'commander';
import { verifyAudit } from '../../platform/audit/index.ts';
import { migrateDatabase } from '../../platform/open-context.ts';
import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { withInstallation } from './open-installation.ts';

/** `granary audit verify`: is every entry of the audit log as it was written, and is none missing? Else exit code 1. */
export function addAuditCommand(program: Command, io: Io): void {
  program
    .command('audit')
    .description('the audit log')
    .command('verify')
    .description('work out the hash of every entry again, and compare')
    .action(async () => {
      const { entries, hash, broken } = await withInstallation(async (context) => {
        await migrateDatabase(context);
        return await verifyAudit(context.db);
      });
      io.out(`${entries} entries${hash === null ? '' : `, the last with hash ${hash}`}\n`);
      for (const { seq, fault } of broken) io.out(`  entry ${seq}: ${fault}\n`);
      if (broken.length > 0) throw new CommandError('the audit log is not as it was written');
    });
}
