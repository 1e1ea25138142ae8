import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { toDatabaseError } from '../../../main/database/sqlite-errors.ts';
import { AppError } from '../../../preload/contract/errors.ts';

it.each([
  ['SQLITE_CORRUPT', 'database-unreadable'],
  ['SQLITE_CORRUPT_INDEX', 'database-unreadable'],
  ['SQLITE_NOTADB', 'database-unreadable'],
  ['SQLITE_ERROR', 'database-unreadable'],
  ['SQLITE_FULL', 'disk-full'],
  ['SQLITE_IOERR_SHMSIZE', 'disk-full'],
  ['SQLITE_IOERR_WRITE', 'database-readonly'],
  ['SQLITE_READONLY_DBMOVED', 'database-readonly'],
  ['SQLITE_CANTOPEN', 'database-readonly'],
  ['SQLITE_BUSY', 'database-readonly'],
])('%s becomes %s', (cause, code) => {
  expect(toDatabaseError(new Database.SqliteError('words', cause))).toMatchObject({
    code,
    details: { cause: `${cause}: words` },
  });
});

it.each([
  ['ENOSPC', 'disk-full'],
  ['EACCES', 'database-readonly'],
  ['EROFS', 'database-readonly'],
])('%s of the file system becomes %s', (cause, code) => {
  expect(toDatabaseError(Object.assign(new Error('words'), { code: cause }))).toMatchObject({ code });
});

it('leaves alone what it does not know', () => {
  const known = [
    new AppError('not-found', 'gone'),
    new Error('plain'),
    new Database.SqliteError('words', 'SQLITE_CONSTRAINT'),
    'text',
  ];
  for (const thrown of known) expect(toDatabaseError(thrown)).toBe(thrown);
});
