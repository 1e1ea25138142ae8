import { beforeEach, describe, expect, it } from 'vitest';
import type Database from 'better-sqlite3';
import { createOperations } from '../../../main/database/operations.ts';
import { codeOf, newTurn, openMemoryDatabase } from '../../support/database.ts';

const turn = newTurn();
const foreign = newTurn();
let db: Database.Database;

beforeEach(() => {
  db = openMemoryDatabase();
  const operations = createOperations(db);
  operations.startTurn(turn);
  operations.startTurn(foreign);
});

it('every table is strict', () => {
  const tables = db.pragma('table_list') as { name: string; schema: string; type: string; strict: number }[];
  // A full-text index is kept in tables of its own making.
  const loose = tables.filter(
    ({ name, schema, type, strict }) =>
      schema === 'main' && type === 'table' && !name.startsWith('sqlite_') && strict === 0,
  );
  expect(loose).toEqual([]);
});

describe('the schema refuses', () => {
  const message = (columns: Record<string, unknown>) => {
    const row = {
      id: 'new',
      conversation_id: turn.conversationId,
      parent_id: turn.answerId,
      role: 'prompter',
      text: '',
      status: 'complete',
      created_at: 1,
      ...columns,
    };
    const names = Object.keys(row);
    return () =>
      db
        .prepare(`INSERT INTO messages (${names.join()}) VALUES (${names.map(() => '?').join()})`)
        .run(...Object.values(row));
  };

  it('no correct message', () => {
    expect(codeOf(message({}))).toBe('none');
  });

  it.each([
    ['an unknown role', { role: 'system' }, 'SQLITE_CONSTRAINT_CHECK'],
    ['an unknown status', { role: 'assistant', status: 'done' }, 'SQLITE_CONSTRAINT_CHECK'],
    ['a question that is being generated', { status: 'generating' }, 'SQLITE_CONSTRAINT_CHECK'],
    ['an answer to nothing', { role: 'assistant', parent_id: null }, 'SQLITE_CONSTRAINT_CHECK'],
    ['text where a time belongs', { created_at: 'today' }, 'SQLITE_CONSTRAINT_DATATYPE'],
    ['a fraction of a millisecond', { created_at: 0.5 }, 'SQLITE_CONSTRAINT_DATATYPE'],
    ['bytes where text belongs', { text: Buffer.from('x') }, 'SQLITE_CONSTRAINT_DATATYPE'],
    ['a missing text', { text: null }, 'SQLITE_CONSTRAINT_NOTNULL'],
    ['an id twice', { id: turn.answerId }, 'SQLITE_CONSTRAINT_UNIQUE'],
    ['a parent that is not there', { parent_id: 'nobody' }, 'SQLITE_CONSTRAINT_FOREIGNKEY'],
    ['a parent from another conversation', { parent_id: foreign.answerId }, 'SQLITE_CONSTRAINT_FOREIGNKEY'],
    ['a conversation that is not there', { conversation_id: 'none', parent_id: null }, 'SQLITE_CONSTRAINT_FOREIGNKEY'],
  ])('%s', (_what, columns, code) => {
    expect(codeOf(message(columns))).toBe(code);
  });

  it.each([
    [
      'a leaf from another conversation',
      `UPDATE conversations SET current_leaf_id = '${foreign.answerId}' WHERE id = '${turn.conversationId}'`,
    ],
    ['removing a message that has children', `DELETE FROM messages WHERE id = '${turn.questionId}'`],
    ['removing the leaf that is shown', `DELETE FROM messages WHERE id = '${turn.answerId}'`],
    ['an unknown origin', `UPDATE conversations SET origin = 'telephone'`],
    ['an unknown stop reason', `UPDATE generations SET stop_reason = 'bored'`],
    ['parameters that are no JSON', `UPDATE generations SET parameters = '{'`],
    ['a setting that is no JSON', `INSERT INTO settings VALUES ('presetId', 'k50')`],
    ['facts of a message that is not there', `UPDATE generations SET message_id = 'nobody'`],
  ])('%s', (_what, sql) => {
    expect(codeOf(() => db.exec(sql))).toMatch(/^SQLITE_CONSTRAINT/);
  });
});
