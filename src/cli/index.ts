export { addClientCommands } from './client/commands.ts';
export { CommandError, exitCodes } from './errors.ts';
export { group } from './find-group.ts';
export { type Io, processIo } from './io.ts';
export { tableText } from './print-table.ts';
export { runProgram } from './run-program.ts';

/** Loads the server's own code, which a client command does without. */
export const loadAdminCommands = () => import('./admin/commands.ts');
