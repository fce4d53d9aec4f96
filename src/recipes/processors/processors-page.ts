import type { TSchema } from 'typebox';
import { processors } from './registry.ts';

/** `docs/processors.md`, from the catalogue. */
export function processorsPage(): string {
  const sections = processors.map(({ name, aliases = [], title, description, params, version }) => {
    const called = aliases.length === 0 ? '' : ` Also called ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`;
    const rows = Object.entries((params as { properties?: Record<string, TSchema> }).properties ?? {});
    const required = (params as { required?: string[] }).required ?? [];
    const table = rows.map(
      ([key, schema]) => `| \`${key}\` | ${shape(schema)} | ${required.includes(key) ? 'yes' : ''} |`,
    );
    const parameters =
      table.length === 0 ? [] : ['', '| Parameter | Value | Needed |', '| --- | --- | --- |', ...table];
    return [`## ${name}`, '', `${title} (version ${version}).${called}`, '', description, ...parameters].join('\n');
  });
  return `${[heading, ...sections].join('\n\n')}\n`;
}

const heading = `# Processors

Steps of a flow: \`processing: [{input, output, dpp: [{run: <processor>, parameters: {…}}]}]\`. Written by \`npm run docs\`.

- \`resources\` chooses tables: absent = all; a text = regular expression for the whole name; a list = names; a number = position, from 0.
- Patterns over values run in RE2, without look-around and back-references. Patterns over field names may use them.
- Format strings: \`{name}\`, \`{name:0>10}\`, \`{name:.2f}\`, \`{date:%Y-%m}\`, \`{{\`, \`}}\`. Empty cells print as nothing.
- Arithmetic is exact and fails beyond 38 digits; values that are only moved keep their text.`;

function shape(schema: TSchema): string {
  const one = schema as { type?: string; anyOf?: TSchema[]; enum?: unknown[]; const?: unknown; items?: TSchema };
  if (one.enum !== undefined) return one.enum.map((value) => `\`${value}\``).join(', ');
  if (one.const !== undefined) return `\`${one.const}\``;
  if (one.anyOf !== undefined) return [...new Set(one.anyOf.map(shape))].join(' or ');
  if (one.type === 'array') return one.items === undefined ? 'list' : `list of ${shape(one.items)}`;
  const words: Record<string, string> = {
    string: 'text',
    integer: 'integer',
    boolean: 'boolean',
    null: 'null',
    object: 'object',
  };
  return words[one.type ?? ''] ?? 'any';
}
