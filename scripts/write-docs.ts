import { writeFileSync } from 'node:fs';
import { settings } from '../src/platform/config/index.ts';
import { envExample, settingsPage } from '../src/platform/config/settings-page.ts';
import { processorsPage } from '../src/recipes/index.ts';
import { filtersPage } from '../src/resource/index.ts';

writeFileSync('docs/settings.md', settingsPage(settings));
writeFileSync('.env.example', envExample(settings));
writeFileSync('docs/filters.md', filtersPage());
writeFileSync('docs/processors.md', processorsPage());
