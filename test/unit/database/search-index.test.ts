import { expect, it } from 'vitest';
import type Database from 'better-sqlite3';
import { createOperations } from '../../../main/database/operations.ts';
import {
  areIndexesSound,
  eraseFromIndexes,
  leavingTraces,
  pauseIndexing,
  rebuildIndexes,
} from '../../../main/database/search-index.ts';
import { codeOf, completeOutcome, newTurn, openMemoryDatabase } from '../../support/database.ts';

const trigramsIn = (db: Database.Database): string[] =>
  ['title_trigrams', 'message_trigrams'].flatMap((table) =>
    db.prepare<[], string>(`SELECT term FROM ${table}`).pluck().all(),
  );

/** Everything that the indexes keep, as one text. */
const bytesIn = (db: Database.Database): string =>
  ['title_index_data', 'message_index_data']
    .flatMap((table) => db.prepare<[], Buffer>(`SELECT block FROM ${table}`).pluck().all())
    .map((block) => block.toString('latin1'))
    .join();

function fill(db: Database.Database): string {
  const operations = createOperations(db);
  const kept = newTurn({ text: 'What is a tree?' });
  const gone = newTurn({ text: 'What is a quokka?', newConversation: { title: 'Quokkas', origin: 'window' } });
  for (const turn of [kept, gone]) {
    operations.startTurn(turn);
    operations.finishAnswer(completeOutcome(turn.answerId, { text: 'A quiet answer.' }));
  }
  return gone.conversationId;
}

it('messages that come together are indexed together', () => {
  const db = openMemoryDatabase();
  fill(db);
  const found = () =>
    createOperations(db).findText({ query: 'wombat', filters: {}, cursor: null, limit: 9 }).hits.length;
  db.transaction(() => {
    const resume = pauseIndexing(db);
    for (let each = 0; each < 5; each += 1) createOperations(db).startTurn(newTurn({ text: 'What is a wombat?' }));
    expect(found()).toBe(0);
    resume();
  })();
  expect(found()).toBe(5);
  createOperations(db).startTurn(newTurn({ text: 'What else is a wombat?' }));
  expect(found()).toBe(6);
  expect(areIndexesSound(db)).toBe(true);
});

it('what is deleted leaves nothing in the indexes', () => {
  const db = openMemoryDatabase();
  const conversationId = fill(db);
  expect(trigramsIn(db)).toContain('uok');
  db.prepare('DELETE FROM conversations WHERE id = ?').run(conversationId);
  expect(trigramsIn(db)).not.toContain('uok');
  expect(bytesIn(db)).not.toContain('uok');
  expect(areIndexesSound(db)).toBe(true);
});

it('much can be deleted first and erased afterwards', () => {
  const db = openMemoryDatabase();
  const conversationId = fill(db);
  const remove = db.prepare('DELETE FROM conversations WHERE id = ?');
  db.transaction(() => leavingTraces(db, () => remove.run(conversationId)))();
  expect(areIndexesSound(db)).toBe(true);
  expect(bytesIn(db)).toContain('okk');
  eraseFromIndexes(db);
  expect(trigramsIn(db)).toContain('tre');
  expect(bytesIn(db)).not.toContain('okk');
  expect(areIndexesSound(db)).toBe(true);
});

it('what is deleted after that, or after a failure, leaves nothing again', () => {
  const db = openMemoryDatabase();
  const conversationId = fill(db);
  const failing = db.transaction(() =>
    leavingTraces(db, () => {
      db.prepare('DELETE FROM conversations').run();
      throw new Error('half way');
    }),
  );
  expect(failing).toThrow('half way');
  expect(trigramsIn(db)).toContain('uok');
  db.prepare('DELETE FROM conversations WHERE id = ?').run(conversationId);
  expect(bytesIn(db)).not.toContain('okk');
  expect(areIndexesSound(db)).toBe(true);
});

it.each([
  ['holds what is not there', `INSERT INTO message_index (rowid, text) VALUES (99, 'Another text')`],
  ['lacks what is there', `INSERT INTO message_index (message_index) VALUES ('delete-all')`],
])('an index that %s is noticed and made anew', (_what, sql) => {
  const db = openMemoryDatabase();
  fill(db);
  db.exec(sql);
  expect(areIndexesSound(db)).toBe(false);
  rebuildIndexes(db);
  expect(areIndexesSound(db)).toBe(true);
  const { hits } = createOperations(db).findText({ query: 'quokka', filters: {}, cursor: null, limit: 9 });
  expect(hits).toHaveLength(2);
  expect(codeOf(() => createOperations(db).startTurn(newTurn()))).toBe('none');
});
