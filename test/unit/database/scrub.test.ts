import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createOperations } from '../../../main/database/operations.ts';
import type { DatabaseOperations } from '../../../main/database/protocol.ts';
import {
  completeOutcome,
  newId,
  newTurn,
  nextTurn,
  openForTest,
  temporaryDatabasePath,
  temporaryFolder,
} from '../../support/database.ts';
import { createRandom } from '../../support/random.ts';

/** How many of these words are in a file of the folder of the database. */
function countTraces(path: string, words: readonly string[]): number {
  const folder = dirname(path);
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));
  return words.filter((word) => files.some((bytes) => bytes.includes(word))).length;
}

/** Answers that grow while others do, so that SQLite moves rows between pages; gives the word that each one consists of. */
function grow(operations: DatabaseOperations, count: number): { conversationId: string; word: string }[] {
  const grown = Array.from({ length: count }, (_value, index) => {
    const word = `<<${String(index)}-${newId().slice(-8)}>>`;
    const turn = newTurn({ text: word, newConversation: { title: word, origin: 'window' } });
    operations.startTurn(turn);
    return { ...turn, word };
  });
  for (let length = 1; length <= 8; length += 1) {
    for (const [index, { answerId, word }] of grown.entries()) {
      operations.saveAnswerText(answerId, `${word} `.repeat(length * (1 + (index % 17))));
    }
  }
  for (const { answerId, word } of grown) {
    operations.finishAnswer(completeOutcome(answerId, { text: `${word} `.repeat(9) }));
  }
  return grown;
}

/** Texts of the 500 characters of a script from `start` on, in ever new order: an index keeps them in pieces of three. */
function unusualText(start: number) {
  const used = new Set<string>();
  const random = createRandom(start);
  const next = (): string => {
    const character = String.fromCodePoint(start + Math.floor(random() * 500));
    used.add(character);
    return character;
  };
  return {
    next: (length: number) => Array.from({ length }, next).join(''),
    characters: () => [...used],
  };
}

function openWithTraces(path: string) {
  const db = openForTest(path);
  const operations = createOperations(db);
  db.exec('BEGIN');
  const grown = grow(operations, 120);
  db.exec('COMMIT');
  const erased = grown.filter((_one, index) => index % 3 === 0);
  operations.deleteConversations(
    erased.map(({ conversationId }) => conversationId),
    1,
  );
  return { db, operations, erased: erased.map(({ word }) => word), kept: grown.length - erased.length };
}

describe('scrubbing', () => {
  it('leaves no trace of what was erased, neither in the file nor in its log', () => {
    const path = temporaryDatabasePath();
    const { operations, erased, kept } = openWithTraces(path);
    operations.purgeDeleted(2);
    expect(countTraces(path, erased), 'the log has them still').toBe(erased.length);
    expect(operations.scrubErased()).toBe(true);
    expect(countTraces(path, erased)).toBe(0);
    expect(operations.listExportable()).toHaveLength(kept);
  });

  it('takes what an erased branch said, its drafts and its queue as well', () => {
    const path = temporaryDatabasePath();
    const operations = createOperations(openForTest(path));
    const words = ['Quetzalcoatl', 'žluťoučký', '鬱蒼たる森', 'unsentxyzzy', 'waitingplugh', 'editedfrotz'];
    const first = newTurn();
    const branch = nextTurn(first, { text: `${words[0]} and ${words[1]}` });
    for (const turn of [first, branch, nextTurn(first)]) operations.startTurn(turn);
    operations.finishAnswer(completeOutcome(branch.answerId, { text: `${words[2]} `.repeat(2_000) }));
    operations.deleteBranch(branch.questionId, 1);
    const other = newTurn();
    operations.startTurn(other);
    operations.saveDraft({ conversationId: other.conversationId, text: `${words[3]}` });
    operations.addQueuedQuestion({ id: newId(), conversationId: other.conversationId, text: `${words[4]}`, now: 1 });
    const { conversationId, questionId: insteadOf } = other;
    operations.saveDraft({ conversationId, insteadOf, text: `${words[5]}` });
    operations.deleteConversations([other.conversationId], 1);
    expect(countTraces(path, words)).toBe(words.length);
    operations.purgeDeleted(2);
    operations.scrubErased();
    expect(countTraces(path, words)).toBe(0);
    expect(operations.getMessage(first.answerId).id).toBe(first.answerId);
  });

  it('takes every piece of the texts out of the indexes, and out of what is known about these', () => {
    const path = temporaryDatabasePath();
    const db = openForTest(path);
    const operations = createOperations(db);
    const [gone, kept] = [unusualText(0x12000), unusualText(0x13000)];
    const turns = Array.from({ length: 60 }, (_value, index) => {
      const { next } = index % 2 === 0 ? gone : kept;
      const turn = newTurn({ text: next(80), newConversation: { title: next(10), origin: 'window' } });
      operations.startTurn(turn);
      operations.finishAnswer(completeOutcome(turn.answerId, { text: next(200) }));
      return turn;
    });
    db.exec('ANALYZE');
    const erased = turns.filter((_turn, index) => index % 2 === 0).map(({ conversationId }) => conversationId);
    operations.deleteConversations(erased, 1);
    operations.purgeDeleted(2);
    expect(operations.scrubErased()).toBe(true);
    expect(countTraces(path, gone.characters())).toBe(0);
    expect(countTraces(path, kept.characters())).toBe(kept.characters().length);
    for (const index of ['title_index', 'message_index']) {
      // Throws where the index and what it is an index of do not agree.
      db.exec(`INSERT INTO ${index} (${index}, rank) VALUES ('integrity-check', 1)`);
    }
  });

  it('has nothing to do when nothing was erased', () => {
    const path = temporaryDatabasePath();
    const db = openForTest(path);
    const operations = createOperations(db);
    operations.startTurn(newTurn());
    const before = db.pragma('data_version');
    expect(operations.scrubErased()).toBe(true);
    expect(readFileSync(`${path}-wal`).length, 'the log was left alone').toBeGreaterThan(0);
    expect(db.pragma('data_version')).toEqual(before);
  });

  it('waits for a reader in another process, and is done when that has gone, also in a later session', () => {
    const path = temporaryDatabasePath();
    const { db, operations, erased } = openWithTraces(path);
    const reader = openForTest(path);
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM messages').get();
    operations.purgeDeleted(2);
    expect(operations.scrubErased()).toBe(false);
    expect(countTraces(path, erased), 'the reader still sees them').toBe(erased.length);
    reader.close();
    db.close();
    const later = createOperations(openForTest(path));
    expect(later.scrubErased()).toBe(true);
    expect(countTraces(path, erased)).toBe(0);
  });

  it('is still due after a kill that came between erasing and scrubbing', () => {
    const path = temporaryDatabasePath();
    const { operations, erased } = openWithTraces(path);
    operations.purgeDeleted(2);
    // What a kill leaves is what is in the files now.
    const copy = join(temporaryFolder(), 'conversations.sqlite3');
    for (const ending of ['', '-wal']) copyFileSync(`${path}${ending}`, `${copy}${ending}`);
    expect(createOperations(openForTest(copy)).scrubErased()).toBe(true);
    expect(countTraces(copy, erased)).toBe(0);
  });
});
