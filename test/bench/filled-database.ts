import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { configure } from '../../main/database/connection.ts';
import { migrate, migrateCopy, migrations } from '../../main/database/migrations/index.ts';
import { presets } from '../../preload/contract/presets.ts';
import { createCorpus } from './corpus.ts';

/** A database as years of use would leave it, written in a few statements. */

export const messagesEach = 20;
/** Stands in one message of so many, and nowhere else. */
export const rareWord = 'periwinkle';
const rareEvery = 200_000;

const beganAt = Date.UTC(2023, 1, 5);
const minuteMs = 60_000;
/** The last version without an index. */
const beforeIndex = 7;

export interface Filled {
  /** Of the step that builds the index, for all of the messages. */
  indexingSeconds: number;
  bytesBefore: number;
  bytesAfter: number;
}

/** Creates the database at `path`; its folder exists. */
export function fillDatabase(path: string, conversations: number): Filled {
  const db = new Database(path);
  try {
    configure(db);
    migrate(db, migrations.slice(0, beforeIndex));
    // Nothing would be lost with it.
    db.pragma('synchronous = OFF');
    insertAll(db, conversations);
    db.pragma('wal_checkpoint(TRUNCATE)');
    const bytesBefore = statSync(path).size;
    const startedMs = performance.now();
    migrateCopy(db);
    const indexingSeconds = (performance.now() - startedMs) / 1000;
    db.pragma('wal_checkpoint(TRUNCATE)');
    return { indexingSeconds, bytesBefore, bytesAfter: statSync(path).size };
  } finally {
    db.close();
  }
}

/** The id of a conversation (kind 1) or a message (kind 2) by its number; ids of the app's own form. */
export function idOf(kind: 1 | 2, number: number): string {
  return `018c0000-0000-7000-800${String(kind)}-${number.toString(16).padStart(12, '0')}`;
}

function insertAll(db: Database.Database, conversations: number): void {
  const corpus = createCorpus(1);
  db.function('id_of', { deterministic: true }, (kind, number) => idOf(kind === 1 ? 1 : 2, Number(number)));
  db.function('text_of', { deterministic: true }, (number, isAnswer) => {
    const text = corpus.message(Number(number), isAnswer === 1);
    return Number(number) % rareEvery === 7 ? `${text} ${rareWord}` : text;
  });
  // SQLite divides whole numbers as such, and JavaScript's would come as fractions.
  const whole = { conversations, messages: conversations * messagesEach, messagesEach, beganAt, minuteMs };
  const values = Object.fromEntries(Object.entries(whole).map(([name, value]) => [name, BigInt(value)]));
  const numbers = (count: string): string =>
    `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${count})`;
  const run = (sql: string, more: object = {}): void => void db.prepare(sql).run({ ...values, ...more });
  db.transaction(() => {
    run(`${numbers('@conversations')}
      INSERT INTO conversations (id, title, created_at, updated_at, origin, is_archived)
      SELECT id_of(1, n), substr(text_of(n * @messagesEach, 0), 1, 60), @beganAt + n * @messagesEach * @minuteMs,
        @beganAt + n * @messagesEach * @minuteMs, iif(n % 10 = 0, 'quick-ask', 'window'), n % 50 = 1
      FROM numbers`);
    run(`${numbers('@messages')}
      INSERT INTO messages (id, conversation_id, parent_id, role, text, status, created_at, rating)
      SELECT id_of(2, n), id_of(1, n / @messagesEach), iif(n % @messagesEach = 0, NULL, id_of(2, n - 1)),
        iif(n % 2 = 0, 'prompter', 'assistant'), text_of(n, n % 2), 'complete', @beganAt + n * @minuteMs,
        iif(n % 100 = 1, 1, NULL)
      FROM numbers`);
    run(
      `INSERT INTO generations (message_id, model_name, preset_id, parameters, seed, prompt_tokens, reply_tokens, stop_reason)
      SELECT id, 'OASST SFT-1 12B', 'k50', @parameters, seq, 300, 150, 'end-of-text' FROM messages WHERE role = 'assistant'`,
      { parameters: JSON.stringify(presets.k50) },
    );
    run(`UPDATE conversations SET current_leaf_id =
      (SELECT id FROM messages WHERE conversation_id = conversations.id ORDER BY seq DESC LIMIT 1)`);
  })();
}
