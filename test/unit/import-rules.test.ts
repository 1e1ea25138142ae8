/** Proves that lint holds up the walls between the folders: each rule fails when it is broken and passes when kept. */
import { ESLint } from 'eslint';
import svelte from 'eslint-plugin-svelte';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

import { areas, importRuleConfigs } from '../../scripts/lint/import-rules.mjs';

// Only the import rules, without type information: the snippets are in no project.
const eslint = new ESLint({
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ['**/*.ts', '**/*.svelte'],
      plugins: { '@typescript-eslint': tseslint.plugin },
      languageOptions: { parser: tseslint.parser },
    },
    ...svelte.configs.base,
    { files: ['**/*.svelte'], languageOptions: { parserOptions: { parser: tseslint.parser } } },
    ...importRuleConfigs(),
  ],
});

async function complaints(filePath: string, code: string): Promise<string[]> {
  const source = filePath.endsWith('.svelte') ? `<script lang="ts">\n${code}\n</script>` : code;
  const results = await eslint.lintText(source, { filePath });
  return results.flatMap((result) => result.messages.map((message) => message.ruleId ?? message.message));
}

const imports = '@typescript-eslint/no-restricted-imports';
const syntax = 'no-restricted-syntax';

describe('broken rules are found', () => {
  it.each([
    ['renderer/stores/a.ts', `import { shell } from 'electron';`, imports],
    ['renderer/stores/a.ts', `import type { Shell } from 'electron';`, imports],
    ['renderer/stores/a.ts', `const electron = await import('electron');`, syntax],
    ['renderer/stores/a.ts', `import fs from 'node:fs';`, imports],
    ['renderer/stores/a.ts', `import { join } from 'path';`, imports],
    ['renderer/stores/a.ts', `import { readFile } from 'fs/promises';`, imports],
    ['renderer/stores/a.ts', `import Database from 'better-sqlite3';`, imports],
    ['renderer/stores/a.ts', `import { a } from '../../main/services/a.ts';`, imports],
    ['renderer/stores/a.ts', `import type { A } from '../../main/services/a.ts';`, imports],
    ['renderer/stores/a.ts', `type A = import('../../main/services/a.ts').A;`, syntax],
    ['renderer/stores/a.ts', `export { a } from '../../main/services/a.ts';`, imports],
    ['renderer/stores/a.ts', `import { a } from '../../preload/bridge.ts';`, imports],
    ['renderer/stores/a.ts', `import { a } from '../../preload/contract/models.ts';`, imports],
    ['renderer/stores/a.ts', `import { presets } from '../../preload/contract/presets.ts';`, imports],
    ['renderer/stores/a.ts', `const a = await import('../../preload/contract/models.ts');`, syntax],
    ['renderer/stores/a.ts', `import { a } from '../../resources/a.ts';`, imports],
    ['renderer/stores/a.svelte.ts', `import { shell } from 'electron';`, imports],
    ['renderer/components/A.svelte', `import { shell } from 'electron';`, imports],
    ['renderer/components/A.svelte', `import { a } from '../../preload/contract/models.ts';`, imports],

    ['preload/main-window.ts', `import { join } from 'node:path';`, imports],
    ['preload/main-window.ts', `import { a } from '../main/app.ts';`, imports],
    ['preload/main-window.ts', `import { a } from './contract/models.ts';`, imports],
    ['preload/main-window.ts', `import { a } from './contract/errors.ts';`, imports],
    ['preload/main-window.ts', `import { z } from 'zod';`, imports],
    ['preload/contract/models.ts', `import { ipcRenderer } from 'electron';`, imports],
    ['preload/contract/models.ts', `import { a } from '../bridge.ts';`, imports],

    ['main/services/a.ts', `import { app } from 'electron';`, imports],
    ['main/services/a.ts', `import type { App } from 'electron';`, imports],
    ['main/services/a.ts', `const { app } = await import('electron');`, syntax],
    ['main/services/a.ts', `import { app } from 'electron/main';`, imports],
    ['main/cli/a.ts', `import { app } from 'electron';`, imports],
    ['main/database/a.ts', `import { app } from 'electron';`, imports],
    ['main/engine/client.ts', `import { app } from 'electron';`, imports],
    ['main/engine/process/engine.ts', `import { app } from 'electron';`, imports],
    ['main/engine/process/llama.ts', `import { app } from 'electron';`, imports],
    ['main/services/a.ts', `import { a } from '../../renderer/lib/a.ts';`, imports],
    ['main/services/a.ts', `import { a } from '../../preload/bridge.ts';`, imports],

    ['main/engine/process/engine.ts', `import { a } from '../../database/client.ts';`, imports],
    ['main/engine/process/engine.ts', `import type { A } from '../../database/client.ts';`, imports],
    ['main/engine/process/llama.ts', `import { a } from '../../database/client.ts';`, imports],
    ['main/engine/process/llama-vocabulary.ts', `import { a } from '../../database/client.ts';`, imports],
    ['main/database/repositories/a.ts', `import { a } from '../../engine/client.ts';`, imports],
    ['main/database/repositories/a.ts', `import type { A } from '../../engine/protocol.ts';`, imports],

    ['main/engine/process/engine.ts', `import { getLlama } from 'node-llama-cpp';`, imports],
    ['main/engine/process/engine.ts', `import type { Llama } from 'node-llama-cpp';`, imports],
    ['main/engine/process/engine.ts', `const { getLlama } = await import('node-llama-cpp');`, syntax],
    ['main/services/models.ts', `import { getLlama } from 'node-llama-cpp';`, imports],
    ['main/services/models.ts', `import { load } from 'koffi';`, imports],
    ['main/installation/process/install.ts', `import { load } from 'koffi';`, imports],
    ['main/installation/process/install.ts', `import { a } from '../../database/client.ts';`, imports],
    ['main/installation/client.ts', `import { app } from 'electron';`, imports],
    ['renderer/stores/a.ts', `import { load } from 'koffi';`, imports],
    ['main/app.ts', `import { getLlama } from 'node-llama-cpp';`, imports],

    ['main/windows/a.ts', `import { ipcMain } from 'electron';`, imports],
    ['main/windows/a.ts', `import { app, ipcMain as ipc } from 'electron';`, imports],
    ['main/windows/a.ts', `import * as electron from 'electron'; electron.ipcMain.on('a', b);`, imports],
    ['main/windows/a.ts', `electron.ipcMain.on('a', b);`, syntax],
    ['main/windows/a.ts', `window.webContents.send('a');`, syntax],
    ['main/windows/a.ts', `webContents.send('a');`, syntax],
    ['main/windows/a.ts', `window.webContents.postMessage('a', 1);`, syntax],
    ['main/windows/a.ts', `window.webContents.ipc.on('a', b);`, syntax],
    ['main/ipc/router.ts', `import { ipcRenderer } from 'electron';`, imports],
    ['main/app.ts', `import { ipcRenderer } from 'electron';`, imports],

    ['main/database/repositories/a.ts', `db.exec('INSERT OR REPLACE INTO a VALUES (1)');`, syntax],
    ['main/database/repositories/a.ts', 'db.exec(`insert  or\n replace into ${table} values (1)`);', syntax],
    ['main/database/repositories/a.ts', `db.exec('REPLACE INTO a VALUES (1)');`, syntax],

    ['main/services/a.ts', `export default function a() {}`, syntax],
    ['renderer/lib/a.ts', `const a = 1; export { a as default };`, syntax],
    ['test/support/a.ts', `export default 1;`, syntax],
  ])('%s: %s', async (filePath, code, rule) => {
    expect(await complaints(filePath, code)).toContain(rule);
  });
});

describe('kept rules are left alone', () => {
  it.each([
    ['renderer/stores/a.ts', `import type { Model } from '../../preload/contract/models.ts';`],
    ['renderer/stores/a.ts', `import { type Model } from '../../preload/contract/models.ts';`],
    ['renderer/stores/a.ts', `import { AppError } from '../../preload/contract/errors.ts';`],
    ['renderer/stores/a.ts', `import { appPages } from '../../preload/contract/app-pages.ts';`],
    ['renderer/stores/a.ts', `import { withoutPageLinks } from '../../preload/contract/page-link-text.ts';`],
    ['renderer/stores/a.ts', `import { guideName } from '../../preload/contract/guide.ts';`],
    ['renderer/lib/a.ts', `import { skipReasons } from '../../preload/contract/skip-reasons.ts';`],
    ['renderer/stores/a.ts', `import { show } from '../main-window/navigation.ts';`],
    ['renderer/lib/markdown/render.ts', `import { marked } from 'marked'; import 'highlight.js/lib/core';`],
    ['renderer/lib/a.ts', `const all = await import('./highlight.ts');`],
    ['renderer/components/A.svelte', `import type { Model } from '../../preload/contract/models.ts';`],

    ['preload/main-window.ts', `import { contextBridge, ipcRenderer } from 'electron';`],
    ['preload/main-window.ts', `import { channels } from './contract/channels.ts';`],
    ['preload/main-window.ts', `import type { Api } from './contract/api.ts'; import { bridge } from './bridge.ts';`],
    ['preload/contract/models.ts', `import { z } from 'zod'; import { a } from './errors.ts';`],

    ['main/index.ts', `import { app, BrowserWindow } from 'electron';`],
    ['main/windows/a.ts', `import { BrowserWindow } from 'electron'; window.webContents.openDevTools();`],
    ['main/ipc/electron-transport.ts', `import { ipcMain } from 'electron'; window.webContents.send('a');`],
    ['main/services/a.ts', `import { a } from '../database/client.ts'; import { b } from '../engine/client.ts';`],
    ['main/services/a.ts', `import { AppError } from '../../preload/contract/errors.ts';`],
    ['main/services/a.ts', `child.send('a'); process.send?.('b'); port.postMessage(1);`],
    ['main/engine/process/llama.ts', `import { getLlama } from 'node-llama-cpp';`],
    ['main/engine/process/llama-vocabulary.ts', `import { getLlama } from 'node-llama-cpp';`],
    ['main/database/repositories/a.ts', `db.exec('INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING');`],
    ['main/services/a.ts', `text.replace('insert', 'or');`],
    ['test/engine/a.test.ts', `import { getLlama } from 'node-llama-cpp';`],
    ['resources/guide-model/runner.ts', `import { getLlama } from 'node-llama-cpp';`],
    ['vitest.config.ts', `export default {};`],
  ])('%s: %s', async (filePath, code) => {
    expect(await complaints(filePath, code)).toEqual([]);
  });
});

describe('the configuration of the project', () => {
  it.each(areas.map((area) => [area.files.join(' '), area] as const))('holds the rules for %s', async (_name, area) => {
    const example = area.files[0]?.replace('**/*', 'example') ?? '';
    const config = (await new ESLint().calculateConfigForFile(example)) as { rules: Record<string, unknown[]> };
    const options = config.rules[imports]?.[1] as { patterns: { regex: string }[] };
    expect(options.patterns.map(({ regex }) => regex)).toEqual(area.bans.map(({ regex }) => regex));
    expect(config.rules[syntax]?.length).toBeGreaterThan(1);
  });
});
