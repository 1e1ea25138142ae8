import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** A test layer that runs in plain Node. `timeoutMs` bounds one test. */
function nodeLayer(name: string, timeoutMs: number) {
  return {
    test: {
      name,
      environment: 'node',
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: timeoutMs,
      hookTimeout: 60_000,
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      nodeLayer('unit', 20_000),
      nodeLayer('integration', 60_000),
      // One model file after the other: two engines on a small machine would slow each other down.
      { test: { ...nodeLayer('engine', 120_000).test, fileParallelism: false } },
      // One user of the package at a time, and one installed package.
      { test: { ...nodeLayer('package', 300_000).test, fileParallelism: false } },
      {
        plugins: [svelte()],
        resolve: { conditions: ['browser'] },
        test: {
          name: 'component',
          environment: 'jsdom',
          include: ['test/component/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
    ],
  },
});
