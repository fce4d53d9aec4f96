import type { AccountCommand } from './command.ts';
import { operatorCommands } from './operator-commands.ts';
import { projectCommands } from './project-commands.ts';
import { userCommands } from './user-commands.ts';

/** Contract plans §12: old verb, grouped form, flags and function, for the command line to wire. */
export const accountCommands: AccountCommand[] = [...userCommands, ...projectCommands, ...operatorCommands];
