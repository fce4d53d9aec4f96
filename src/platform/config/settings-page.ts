import type { Setting } from './setting.ts';

/** docs/settings.md, from the list of settings. */
export function settingsPage(settings: Record<string, Setting<unknown>>): string {
  const rows = Object.values(settings).map(
    (setting) =>
      `| \`${setting.env}\` | ${setting.fallback === '' ? '–' : `\`${setting.fallback}\``} | ${setting.about}${setting.secret ? ' *Secret.*' : ''} |`,
  );
  return `# Settings

Made from \`src/platform/config/settings.ts\` by \`npm run docs\`; a test compares. Settings are environment variables; an
empty one counts as unset; a wrong one stops the start-up and is named. Sizes are in bytes, times in seconds.

| variable | default | meaning |
|---|---|---|
${rows.join('\n')}
`;
}

/** .env.example, every setting commented out with its default. */
export function envExample(settings: Record<string, Setting<unknown>>): string {
  const blocks = Object.values(settings).map((setting) => `# ${setting.about}\n# ${setting.env}=${setting.fallback}`);
  return `# Every setting of Granary; what is commented out has the value shown. See docs/settings.md.\n\n${blocks.join('\n\n')}\n`;
}
