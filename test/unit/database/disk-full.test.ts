import type Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { createOperations } from '../../../main/database/operations.ts';
import { toDatabaseError } from '../../../main/database/sqlite-errors.ts';
import {
  branchOf,
  codeOf,
  completeOutcome,
  newTurn,
  nextTurn,
  openForTest,
  temporaryDatabasePath,
  wholeList,
} from '../../support/database.ts';

/** Lets the file grow no further, which SQLite answers with SQLITE_FULL as it does on a full disk. */
function fill(db: Database.Database): void {
  db.pragma('max_page_count = 1');
}

function makeRoom(db: Database.Database): void {
  db.pragma('max_page_count = 1000000');
}

it('a full disk costs nothing that was saved, and the same connection goes on when there is room', () => {
  const path = temporaryDatabasePath();
  const db = openForTest(path);
  const operations = createOperations(db);
  const turn = newTurn();
  operations.startTurn(turn);
  operations.saveAnswerText(turn.answerId, 'saved');
  const before = branchOf(operations, turn.conversationId);
  const long = 'too long for the room there is '.repeat(10_000);

  fill(db);
  const writes = [
    () => operations.saveAnswerText(turn.answerId, long),
    () => operations.finishAnswer(completeOutcome(turn.answerId, { text: long })),
    () => operations.startTurn(nextTurn(turn, { text: long })),
    () => operations.startTurn(newTurn({ text: long })),
  ];
  for (const write of writes) {
    let thrown: unknown;
    try {
      write();
    } catch (error) {
      thrown = error;
    }
    expect(toDatabaseError(thrown)).toMatchObject({ code: 'disk-full' });
    expect(db.inTransaction).toBe(false);
    expect(branchOf(operations, turn.conversationId)).toEqual(before);
    expect(operations.listConversations(wholeList)).toHaveLength(1);
  }

  makeRoom(db);
  expect(operations.finishAnswer(completeOutcome(turn.answerId, { text: long })).text).toBe(long);
  expect(codeOf(writes[3] ?? (() => undefined))).toBe('none');
  db.close();
  const reopened = openForTest(path);
  expect(reopened.pragma('quick_check', { simple: true })).toBe('ok');
  expect(createOperations(reopened).getMessage(turn.answerId).text).toBe(long);
});

it('settings and titles fit a full disk as long as their pages have room', () => {
  const db = openForTest(temporaryDatabasePath());
  const operations = createOperations(db);
  const turn = newTurn();
  operations.startTurn(turn);
  operations.changeSettings({ sidebarVisible: true });
  fill(db);
  expect(operations.changeSettings({ sidebarVisible: false }).sidebarVisible).toBe(false);
  expect(operations.renameConversation(turn.conversationId, 'short').title).toBe('short');
});
