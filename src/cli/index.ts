export { addAdminCommands } from './admin/commands.ts';
export { addClientCommands } from './client/commands.ts';
export { CommandError, exitCodes } from './errors.ts';
export { group } from './find-group.ts';
export { type Io, processIo } from './io.ts';
export { tableText } from './print-table.ts';
export { runProgram } from './run-program.ts';
