import { expect, it } from 'vitest';
import { createOperations } from '../../../main/database/operations.ts';
import { settingsSchema, type Settings } from '../../../preload/contract/settings.ts';
import { codeOf, memoryOperations, newId, openMemoryDatabase } from '../../support/database.ts';

const defaults = settingsSchema.parse({});

it('settings are the defaults until they are changed, one by one', () => {
  const operations = memoryOperations();
  expect(operations.getSettings()).toEqual(defaults);
  const lastConversationId = newId();
  expect(operations.changeSettings({ sidebarVisible: false, lastConversationId })).toEqual({
    ...defaults,
    sidebarVisible: false,
    lastConversationId,
  });
  expect(operations.changeSettings({ lastConversationId: null, modelPath: '/models/ü "x".gguf' })).toEqual({
    ...defaults,
    sidebarVisible: false,
    modelPath: '/models/ü "x".gguf',
  });
  expect(operations.changeSettings({ sidebarVisible: undefined } as object).sidebarVisible).toBe(false);
});

it('a setting with a bad value or name is refused together with the rest of its change', () => {
  const operations = memoryOperations();
  const attempts: Record<string, unknown>[] = [
    { sidebarVisible: false, presetId: 'k51' },
    { sidebarVisible: false, stateCacheLimitBytes: -1 },
    { sidebarVisible: false, constructor: 1 },
    { sidebarVisible: false, nonsense: 1 },
  ];
  for (const patch of attempts) {
    expect(codeOf(() => operations.changeSettings(patch as unknown as Settings))).toBe('invalid-input');
  }
  expect(operations.getSettings()).toEqual(defaults);
});

it('a stored value that cannot be read falls back to its default and disturbs no other', () => {
  const db = openMemoryDatabase();
  const operations = createOperations(db);
  operations.changeSettings({ sidebarVisible: false });
  const insert = db.prepare('INSERT INTO settings (key, value) VALUES (?, ?)');
  insert.run('presetId', '"retired"');
  insert.run('stateCacheLimitBytes', 'null');
  insert.run('ofALaterVersion', '1');
  insert.run('__proto__', '{"sidebarVisible":true}');
  expect(operations.getSettings()).toEqual({ ...defaults, sidebarVisible: false });
  expect(operations.changeSettings({ presetId: 'typical3' }).presetId).toBe('typical3');
  expect(db.prepare(`SELECT value FROM settings WHERE key = 'ofALaterVersion'`).pluck().get()).toBe('1');
});
