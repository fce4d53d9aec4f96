export { addClientCommands, group } from './client/commands.ts';
export { CommandError, exitCodes } from './errors.ts';
export { ask, type Io, processIo, readStdin } from './io.ts';
export { tableText } from './print-table.ts';
export { runProgram } from './run-program.ts';
