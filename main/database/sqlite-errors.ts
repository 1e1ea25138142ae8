import { AppError, type ErrorCode } from '../../preload/contract/errors.ts';

const wording = {
  'database-unreadable':
    'The file that holds the conversations is damaged and was left as it is. The app’s window offers to save what can be read, or to take a backup.',
  'database-newer':
    'The conversations were saved by a newer version of this app and were left untouched. Install that version to open them.',
  'database-readonly':
    'The file that holds the conversations cannot be written. Everything saved before is kept. Check that its folder exists and may be written to.',
  'disk-full':
    'The disk is full, so nothing more can be saved. Everything saved before is kept. Free some space and try again.',
} satisfies Partial<Record<ErrorCode, string>>;

/** The failure `code` in its usual words. `cause` goes into the details, for the log. */
export function databaseError(code: keyof typeof wording, cause: string): AppError {
  return new AppError(code, wording[code], { cause });
}

/**
 * The expected failure behind something SQLite or the file system threw; anything else comes back as it was. Works
 * on the error's code alone, so it serves errors that crossed a thread as well.
 */
export function toDatabaseError(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof AppError) return thrown;
  const cause = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  const code = codeOf(cause);
  return code === null
    ? thrown
    : databaseError(code, thrown.message.startsWith(cause) ? thrown.message : `${cause}: ${thrown.message}`);
}

function codeOf(cause: string): keyof typeof wording | null {
  // Growing the shared-memory file fails this way only when there is no room for it.
  if (cause === 'SQLITE_IOERR_SHMSIZE') return 'disk-full';
  // Every statement is fixed and tested against the schema. Where SQLite still finds an error in one ("no such column"),
  // the schema in the file is not the one that its version stands for.
  if (/^SQLITE_(CORRUPT|NOTADB|ERROR|TOOBIG)/.test(cause)) return 'database-unreadable';
  if (/^(SQLITE_FULL|ENOSPC|EDQUOT)/.test(cause)) return 'disk-full';
  // BUSY: another program holds the file for longer than the busy timeout.
  if (/^SQLITE_(READONLY|CANTOPEN|IOERR|PERM|AUTH|BUSY|LOCKED|PROTOCOL)/.test(cause)) return 'database-readonly';
  if (/^(EACCES|EPERM|EROFS|ENOENT|ENOTDIR|EISDIR|EIO)$/.test(cause)) return 'database-readonly';
  return null;
}
