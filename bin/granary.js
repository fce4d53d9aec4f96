#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A clone runs its sources, which Node ≥ 22.18 reads as they are; a package has only the compiled files.
const source = new URL('../src/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
