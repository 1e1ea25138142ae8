import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

function page(name: string): string {
  return fileURLToPath(new URL(`renderer/${name}`, import.meta.url));
}

/**
 * Targets name the oldest Electron that the tests run on (33.2.1: Chromium 130, Node 20), not the installed package,
 * so that one build serves both. The engine is bundled as an entry of the main build but runs in a plain Node process.
 */
export default defineConfig({
  main: {
    build: {
      target: 'node20',
      outDir: 'out/main',
      externalizeDeps: { include: ['electron', 'better-sqlite3', 'node-llama-cpp', 'koffi'] },
      rolldownOptions: {
        input: {
          index: 'main/index.ts',
          cli: 'main/cli/index.ts',
          'database-worker': 'main/database/worker.ts',
          engine: 'main/engine/process/index.ts',
          inspection: 'main/engine/process/inspection.ts',
          installation: 'main/installation/process/index.ts',
          'quantize-worker': 'main/installation/process/quantization/worker.ts',
          'memory-speed-worker': 'main/installation/process/memory-speed-worker.ts',
          printing: 'main/printing/process.ts',
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: 'node20',
      outDir: 'out/preload',
      externalizeDeps: false,
      // A sandboxed preload script is one file: it cannot load a chunk that it shares with another.
      isolatedEntries: true,
      rolldownOptions: {
        input: {
          'main-window': 'preload/main-window.ts',
          'quick-ask': 'preload/quick-ask.ts',
          recovery: 'preload/recovery.ts',
        },
        external: ['electron'],
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [svelte()],
    build: {
      target: 'chrome130',
      outDir: 'out/renderer',
      assetsInlineLimit: 0,
      minify: true,
      // Chunks that pages share are asked for with the page, not after its own script was read.
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: { index: page('index.html'), 'quick-ask': page('quick-ask.html'), recovery: page('recovery.html') },
      },
    },
  },
});
