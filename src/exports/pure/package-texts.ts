import type { PackageFacts, ResourceFile } from './descriptor.ts';

/** For people who open the zip without Granary at hand. */
export function readmeText(facts: PackageFacts, files: readonly ResourceFile[]): string {
  const parts = files.map(({ table, selection, path, rows }) =>
    [
      `## ${table.dataset.title || table.dataset.name}`,
      table.dataset.description,
      `\`${path}\`: ${rows ?? '?'} rows, revision ${table.revision.n} (version ${table.revision.version}) of ${table.revision.createdAt.toISOString()}.`,
      [
        '| column | type | meaning |',
        '|---|---|---|',
        ...selection.shown.map(
          (column) =>
            `| ${cell(column.name)} | ${column.fieldType} | ${cell(column.title === column.name ? '' : column.title)} |`,
        ),
      ].join('\n'),
    ]
      .filter((text) => text !== '')
      .join('\n\n'),
  );
  const omitted = facts.granary.omitted as { name: string; reason: string }[];
  return [
    `# ${facts.title || facts.name}`,
    facts.description,
    `A Data Package: \`datapackage.json\` describes every file for machines. Made by Granary on ${facts.created.toISOString()}.`,
    ...parts,
    ...(omitted.length === 0
      ? []
      : [['## Left out', ...omitted.map(({ name, reason }) => `- ${name}: ${reason}`)].join('\n')]),
  ]
    .filter((text) => text !== '')
    .join('\n\n')
    .concat('\n');
}

export interface Change {
  n: number;
  version: string;
  changelog: string;
  createdAt: Date;
}

export function changelogText(datasets: readonly { name: string; changes: readonly Change[] }[]): string {
  const parts = datasets.map(({ name, changes }) =>
    [
      `# ${name}`,
      ...changes.map(({ n, version, changelog, createdAt }) =>
        [`## ${version} – revision ${n}, ${createdAt.toISOString().slice(0, 10)}`, changelog]
          .filter((text) => text !== '')
          .join('\n\n'),
      ),
    ].join('\n\n'),
  );
  return `${parts.join('\n\n')}\n`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
