import type Database from 'better-sqlite3';
import { AppError } from '../../../preload/contract/errors.ts';
import { settingsSchema, type Settings } from '../../../preload/contract/settings.ts';
import { inTransaction, statement } from '../statements.ts';

/** Stored settings over the defaults. A value that cannot be read, or no longer fits, counts as not set. */
export function getSettings(db: Database.Database): Settings {
  const rows = statement<[], { key: string; value: string }>(db, 'SELECT key, value FROM settings').all();
  const readable = rows.flatMap(({ key, value }): [string, unknown][] => {
    const schema = schemaOf(key);
    const parsed = schema?.safeParse(fromJson(value));
    return parsed?.success === true ? [[key, parsed.data]] : [];
  });
  return settingsSchema.parse(Object.fromEntries(readable));
}

/**
 * Stores the values of `patch`, all or none, and returns all settings. A key whose value is undefined stays as it is.
 * @throws AppError `invalid-input` for an unknown key or a value its schema refuses
 */
export function changeSettings(db: Database.Database, patch: Partial<Settings>): Settings {
  return inTransaction(db, () => {
    for (const [key, value] of Object.entries<unknown>(patch)) {
      if (value !== undefined) storeSetting(db, key, value);
    }
    return getSettings(db);
  });
}

function storeSetting(db: Database.Database, key: string, value: unknown): void {
  const parsed = schemaOf(key)?.safeParse(value);
  if (parsed?.success !== true) throw new AppError('invalid-input', 'This setting has no such value.', { key });
  const sql = 'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value';
  statement<[string, string]>(db, sql).run(key, JSON.stringify(parsed.data));
}

function schemaOf(key: string) {
  return Object.hasOwn(settingsSchema.shape, key) ? settingsSchema.shape[key as keyof Settings] : undefined;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
