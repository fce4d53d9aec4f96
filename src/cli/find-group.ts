import type { Command } from 'commander';

/** The command that a noun's verbs hang under: the one that is there, or a new one. */
export function group(parent: Command, name: string, about: string): Command {
  return parent.commands.find((command) => command.name() === name) ?? parent.command(name).description(about);
}
