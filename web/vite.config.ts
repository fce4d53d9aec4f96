import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { packFiles } from './pack-files.ts';

export default defineConfig({
  root: import.meta.dirname,
  base: '/app/',
  plugins: [react(), packFiles()],
  build: {
    // scripts/build-web.ts gives a folder beside dist, and swaps when the build is complete.
    outDir: path.join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
    modulePreload: { polyfill: false },
    // ECharts is one lazy chunk of its own and larger than the default warning allows.
    chunkSizeWarningLimit: 700,
    // Data URLs would need `font-src data:` and could not be cached apart.
    assetsInlineLimit: 0,
  },
});
