import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { copyDatabase } from '../../../main/database/backup.ts';
import { eraseInCopy } from '../../../main/database/backup-erasure.ts';
import { newestVersion } from '../../../main/database/migrations/index.ts';
import { createOperations } from '../../../main/database/operations.ts';
import { damage, holds, openFilled, writeDatabaseOfVersion } from '../../support/backups.ts';
import {
  branchOf,
  codeOf,
  completeOutcome,
  newId,
  newTurn,
  nextTurn,
  openForTest,
  temporaryFolder,
  wholeList,
} from '../../support/database.ts';

const versions = Array.from({ length: newestVersion }, (_value, index) => index + 1);

function isWhole(db: Database.Database): boolean {
  const verdict = db.pragma('integrity_check', { simple: true });
  return verdict === 'ok' && (db.pragma('foreign_key_check') as unknown[]).length === 0;
}

describe.each(versions)('in a copy of version %i', (version) => {
  it('a conversation goes without a trace', () => {
    const copyPath = join(temporaryFolder(), 'copy.sqlite3');
    writeDatabaseOfVersion(copyPath, version, 'zqxj shibboleth');
    expect(holds(copyPath, 'shibboleth')).toBe(true);
    expect(eraseInCopy(copyPath, { conversationIds: ['c'], messageIds: [] })).toBe(true);
    // Of an index of trigrams, too: three letters that occur in nothing else.
    for (const trace of ['shibboleth', 'zqx']) expect(holds(copyPath, trace), trace).toBe(false);
    const db = openForTest(copyPath);
    expect(isWhole(db)).toBe(true);
    expect(createOperations(db).listConversations(wholeList)).toEqual([]);
  });

  it('a branch goes with all below it, and with the title that was taken from it', () => {
    const copyPath = join(temporaryFolder(), 'copy.sqlite3');
    writeDatabaseOfVersion(copyPath, version, 'zqxj shibboleth');
    const db = new Database(copyPath);
    db.exec(`INSERT INTO messages (id, conversation_id, role, text, status, created_at)
      VALUES ('other', 'c', 'prompter', 'Another beginning', 'complete', 3)`);
    db.close();
    expect(eraseInCopy(copyPath, { conversationIds: [], messageIds: ['q'] })).toBe(true);
    for (const trace of ['shibboleth', 'zqx']) expect(holds(copyPath, trace), trace).toBe(false);
    const after = openForTest(copyPath);
    expect(isWhole(after)).toBe(true);
    expect(branchOf(createOperations(after), 'c').map(({ id }) => id)).toEqual(['other']);
  });
});

describe('erasing in a copy', () => {
  it('takes what was asked for and nothing else', async () => {
    const { folder, path, operations, turns } = openFilled(3, 'What is a tree?');
    const [first, second] = turns;
    if (first === undefined || second === undefined) throw new Error('there are three');
    const follow = nextTurn(first, { text: 'And a shibboleth?' });
    operations.startTurn(follow);
    operations.finishAnswer(completeOutcome(follow.answerId, { text: 'A shibboleth too.' }));
    operations.renameConversation(second.conversationId, 'The shibboleth');
    const copyPath = join(folder, 'copy.sqlite3');
    await copyDatabase({ databasePath: path, copyPath, unlessSameAs: null }, () => undefined);
    const erasure = { conversationIds: [second.conversationId, newId()], messageIds: [follow.questionId, newId()] };
    expect(eraseInCopy(copyPath, erasure)).toBe(true);
    expect(holds(copyPath, 'shibboleth')).toBe(false);
    if (process.platform !== 'win32') expect(statSync(copyPath).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).filter((name) => name.startsWith('copy'))).toEqual(['copy.sqlite3']);

    const db = openForTest(copyPath);
    const after = createOperations(db);
    expect(isWhole(db)).toBe(true);
    expect(after.listConversations(wholeList)).toHaveLength(2);
    expect(after.getConversation(first.conversationId).title).toBe('A title');
    expect(branchOf(after, first.conversationId).map(({ id }) => id)).toEqual([first.questionId, first.answerId]);
    expect(after.getTree(first.conversationId)).toBeTruthy();
    // The index still agrees with the texts.
    for (const index of ['message_index', 'title_index']) {
      db.exec(`INSERT INTO ${index} (${index}, rank) VALUES ('integrity-check', 1)`);
    }
  });

  it('shows a branch again that was in the trash, when nothing else is left of its conversation', async () => {
    const { folder, path, operations } = openFilled(0);
    const turn = newTurn({ text: 'The first' });
    operations.startTurn(turn);
    const sibling = newTurn({ conversationId: turn.conversationId, newConversation: null, text: 'The second' });
    operations.startTurn(sibling);
    operations.interruptUnfinished();
    operations.deleteBranch(turn.questionId, 5);
    const copyPath = join(folder, 'copy.sqlite3');
    await copyDatabase({ databasePath: path, copyPath, unlessSameAs: null }, () => undefined);
    expect(eraseInCopy(copyPath, { conversationIds: [], messageIds: [sibling.questionId] })).toBe(true);
    const after = createOperations(openForTest(copyPath));
    expect(branchOf(after, turn.conversationId).map(({ text }) => text)).toEqual(['The first', '']);
    expect(after.listTrash()).toEqual([]);
  });

  it('leaves a copy alone that holds nothing of it, to the byte', async () => {
    const { folder, path } = openFilled(2);
    const copyPath = join(folder, 'copy.sqlite3');
    await copyDatabase({ databasePath: path, copyPath, unlessSameAs: null }, () => undefined);
    const [bytes, { mtimeMs }] = [readFileSync(copyPath), statSync(copyPath)];
    expect(eraseInCopy(copyPath, { conversationIds: [newId()], messageIds: [newId()] })).toBe(false);
    expect(readFileSync(copyPath).equals(bytes)).toBe(true);
    expect(statSync(copyPath).mtimeMs).toBe(mtimeMs);
  });

  it('says so where it cannot, and leaves the copy', () => {
    const folder = temporaryFolder();
    const copyPath = join(folder, 'copy.sqlite3');
    writeDatabaseOfVersion(copyPath, newestVersion, 'shibboleth');
    damage(copyPath);
    const bytes = readFileSync(copyPath);
    expect(codeOf(() => eraseInCopy(copyPath, { conversationIds: ['c'], messageIds: [] }))).not.toBe('none');
    expect(readFileSync(copyPath).equals(bytes)).toBe(true);
    expect(readdirSync(folder)).toEqual(['copy.sqlite3']);
  });
});
