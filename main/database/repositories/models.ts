import type Database from 'better-sqlite3';
import { z } from 'zod';
import { AppError } from '../../../preload/contract/errors.ts';
import { conversionTypes, promptFormatSchema, type ModelFacts } from '../../../preload/contract/library.ts';
import type { InstallationRecord, ModelRecord } from '../model-records.ts';
import { statement } from '../statements.ts';

const factsSchema: z.ZodType<ModelFacts> = z.object({
  name: z.string(),
  architecture: z.string(),
  quantization: z.string().nullable(),
  sizeBytes: z.number(),
  layers: z.number(),
  width: z.number(),
  stateBytesPerToken: z.number(),
  contextTokens: z.number(),
  vocabularySize: z.number(),
  promptFormat: promptFormatSchema.nullable(),
  withoutFormat: z.string().nullable(),
});

interface ModelRow {
  id: string;
  path: string;
  source: 'catalogue' | 'file';
  catalogueId: string | null;
  isManaged: 0 | 1;
  facts: string;
  sha256: string | null;
  verifiedAt: number | null;
  addedAt: number;
}

const columns = `id, path, source, catalogue_id AS catalogueId, is_managed AS isManaged, facts, sha256,
  verified_at AS verifiedAt, added_at AS addedAt`;

/** Null when the facts cannot be read: such a model is as good as not added. */
function toRecord(row: ModelRow): ModelRecord | null {
  const facts = factsSchema.safeParse(JSON.parse(row.facts));
  return facts.success ? { ...row, isManaged: row.isManaged === 1, facts: facts.data } : null;
}

/** All models of the library, oldest first. */
export function listModels(db: Database.Database): ModelRecord[] {
  const rows = statement<[], ModelRow>(db, `SELECT ${columns} FROM models ORDER BY added_at, id`).all();
  return rows.flatMap((row) => toRecord(row) ?? []);
}

/** @throws AppError `not-found` */
export function getModel(db: Database.Database, modelId: string): ModelRecord {
  const row = statement<[string], ModelRow>(db, `SELECT ${columns} FROM models WHERE id = ?`).get(modelId);
  const record = row === undefined ? null : toRecord(row);
  if (record === null) throw new AppError('not-found', 'This model is no longer in the library.');
  return record;
}

/** Adds a model, or replaces all that is known of it. A path is in the library once: the newer entry stays. */
export function saveModel(db: Database.Database, record: ModelRecord): void {
  const sql = `INSERT INTO models (id, path, source, catalogue_id, is_managed, facts, sha256, verified_at, added_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET path = excluded.path, facts = excluded.facts, sha256 = excluded.sha256,
      verified_at = excluded.verified_at
    ON CONFLICT (path) DO UPDATE SET id = excluded.id, source = excluded.source, catalogue_id = excluded.catalogue_id,
      is_managed = excluded.is_managed, facts = excluded.facts, sha256 = excluded.sha256,
      verified_at = excluded.verified_at, added_at = excluded.added_at`;
  statement<[string, string, string, string | null, number, string, string | null, number | null, number]>(db, sql).run(
    record.id,
    record.path,
    record.source,
    record.catalogueId,
    record.isManaged ? 1 : 0,
    JSON.stringify(record.facts),
    record.sha256,
    record.verifiedAt,
    record.addedAt,
  );
}

/** Forgets a model; the file is not touched. */
export function deleteModel(db: Database.Database, modelId: string): void {
  statement<[string]>(db, 'DELETE FROM models WHERE id = ?').run(modelId);
}

/**
 * Tokens per second that this model wrote lately on this machine, from its stored answers; null when it has not written
 * enough to tell.
 */
export function measuredSpeed(db: Database.Database, sha256: string): number | null {
  const sql = `SELECT sum(reply_tokens) AS tokens, sum(reply_ms) AS ms FROM (
      SELECT reply_tokens, reply_ms FROM generations
      WHERE model_sha256 = ? AND reply_tokens >= 16 AND reply_ms > 0 ORDER BY message_id DESC LIMIT 20)`;
  const row = statement<[string], { tokens: number | null; ms: number | null }>(db, sql).get(sha256);
  return row?.tokens == null || row.ms === null ? null : (row.tokens * 1000) / row.ms;
}

const installationSchema: z.ZodType<InstallationRecord> = z.object({
  id: z.string(),
  catalogueId: z.string(),
  type: z.enum(conversionTypes),
  createdAt: z.number(),
});

/** Models on their way, oldest first. */
export function listInstallations(db: Database.Database): InstallationRecord[] {
  const sql =
    'SELECT id, catalogue_id AS catalogueId, type, created_at AS createdAt FROM installations ORDER BY created_at, id';
  const rows = statement<[]>(db, sql).all();
  return rows.flatMap((row) => installationSchema.safeParse(row).data ?? []);
}

export function saveInstallation(db: Database.Database, record: InstallationRecord): void {
  const sql = `INSERT INTO installations (id, catalogue_id, type, created_at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO NOTHING`;
  statement<[string, string, string, number]>(db, sql).run(
    record.id,
    record.catalogueId,
    record.type,
    record.createdAt,
  );
}

export function deleteInstallation(db: Database.Database, installationId: string): void {
  statement<[string]>(db, 'DELETE FROM installations WHERE id = ?').run(installationId);
}
