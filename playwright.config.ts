import { defineConfig } from '@playwright/test';

/** End-to-end tests start real Electron windows; one at a time, so that they do not fight for focus or for cores. */
export default defineConfig({
  testDir: 'test/e2e',
  testMatch: '**/*.test.ts',
  outputDir: 'test-results/e2e',
  fullyParallel: false,
  workers: 1,
  // A test that passes at its second try is named as unsteady at the end of a run: nobody should take it for sound.
  retries: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
});
