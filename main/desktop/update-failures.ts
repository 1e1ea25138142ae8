import { AppError } from '../../preload/contract/errors.ts';

/** What was being done when it failed. */
export type UpdateTask = 'look' | 'fetch';

/** The updater's words for a file that is not what was published, or not by whom. */
const notGenuine = new Set(['ERR_CHECKSUM_MISMATCH', 'ERR_UPDATER_INVALID_SIGNATURE', 'ERR_UPDATER_NO_CHECKSUM']);
/** How its words begin for a page of releases that answered, but with nothing that could be used here. */
const nothingUsable = /^ERR_(UPDATER|XML)_/;

/** A failure of the updater in words for the owner. In all cases this version stays as it is and goes on. */
export function toUpdateError(thrown: unknown, task: UpdateTask): AppError {
  if (thrown instanceof AppError) return thrown;
  const code = codeOf(thrown);
  const details = { cause: thrown instanceof Error ? thrown.message : String(thrown) };
  if (notGenuine.has(code)) {
    const message = 'What was fetched is not what was published, so it was deleted. This version goes on as it is.';
    return new AppError('hash-mismatch', message, details);
  }
  if (code === 'ENOSPC') {
    const message = 'The disk is full, so the update could not be fetched. Make room and fetch it again.';
    return new AppError('disk-full', message, details);
  }
  if (nothingUsable.test(code)) {
    const message = 'The page of releases names no version for this system. This version goes on as it is.';
    return new AppError('not-found', message, details);
  }
  const message =
    task === 'look'
      ? 'The page of releases could not be reached. This version goes on as it is; look again when the network is there.'
      : 'The update could not be fetched: the network failed. This version goes on as it is; fetch it again later.';
  return new AppError('network-failed', message, details);
}

function codeOf(thrown: unknown): string {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : null;
  return typeof code === 'string' ? code : '';
}
