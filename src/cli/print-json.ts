import { Option } from 'commander';

/** The flag of all commands whose answer can be had as JSON. */
export const jsonFlag = () => new Option('--json', 'print the answer as JSON');

export const jsonText = (what: unknown): string => `${JSON.stringify(what, null, 2)}\n`;
