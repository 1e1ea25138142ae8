import { AppError } from '../../../../preload/contract/errors.ts';

const noRoomCodes = new Set(['ENOSPC', 'EDQUOT']);
const noEntryCodes = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR']);

/**
 * An error of writing as the owner should hear it: `disk-full` for no room and for a file system that cannot hold such
 * files, `invalid-input` for a place where nothing can be written. Others come back as they are.
 */
export function toDiskError(thrown: unknown): Error {
  if (!(thrown instanceof Error)) return new Error(String(thrown));
  const code = 'code' in thrown ? String(thrown.code) : '';
  if (noRoomCodes.has(code)) {
    return new AppError(
      'disk-full',
      'The disk is full. What is converted so far is kept. Make room and go on with the conversion.',
    );
  }
  if (code === 'EFBIG') {
    return new AppError('disk-full', 'The disk of this folder cannot hold a file of this size. Choose another folder.');
  }
  if (noEntryCodes.has(code)) {
    return new AppError(
      'invalid-input',
      `The converted model cannot be written to its place (${code}). Choose a folder that is there and can be written to.`,
    );
  }
  return thrown;
}
