#!/usr/bin/env -S node --max-semi-space-size=4
// The first line makes the young generation of V8 3 × 4 MB in place of 3 × 16: some 35 MB less at rest.
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';

// Compiled code, and sources stripped of their types, are kept by Node between starts: about half of the start-up time.
enableCompileCache?.();

// A clone runs its sources, which Node ≥ 22.18 reads as they are; a package has only the compiled files.
const source = new URL('../src/main.ts', import.meta.url);
await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href);
