import type Database from 'better-sqlite3';
import type { ModelFileRecord } from '../model-records.ts';
import { statement } from '../statements.ts';

/** What is known of the model file at `path` (absolute), or null. The caller compares size and time with the file's. */
export function findModelFile(db: Database.Database, path: string): ModelFileRecord | null {
  const sql = 'SELECT path, size_bytes AS sizeBytes, modified_ms AS modifiedMs, sha256 FROM model_files WHERE path = ?';
  return statement<[string], ModelFileRecord>(db, sql).get(path) ?? null;
}

/** Remembers the hash of a model file, in place of what was known of that path. */
export function saveModelFile(db: Database.Database, record: ModelFileRecord): void {
  const sql = `INSERT INTO model_files (path, size_bytes, modified_ms, sha256) VALUES (?, ?, ?, ?)
    ON CONFLICT (path) DO UPDATE
    SET size_bytes = excluded.size_bytes, modified_ms = excluded.modified_ms, sha256 = excluded.sha256`;
  statement<[string, number, number, string]>(db, sql).run(
    record.path,
    record.sizeBytes,
    record.modifiedMs,
    record.sha256,
  );
}
