import { AppError } from '../../../../preload/contract/errors.ts';
import { RequestFailure } from './requests.ts';

/** How far a file has come. */
export interface Held {
  /** Bytes that are on disk and will not be fetched again. */
  heldBytes: number;
  sizeBytes: number;
}

const units: [bytes: number, name: string][] = [
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
];

/** Such as "3.1 of 9.8 GB", in the unit that suits the whole. */
function shareOf({ heldBytes, sizeBytes }: Held): string {
  const [bytes, name] = units.find(([unit]) => sizeBytes >= unit) ?? [1, 'bytes'];
  const digits = bytes === 1 ? 0 : 1;
  return `${(heldBytes / bytes).toFixed(digits)} of ${(sizeBytes / bytes).toFixed(digits)} ${name}`;
}

/**
 * What is told of a download that ended early: what happened, what is kept, what to do.
 *
 * @param held null while it is not known
 * @returns an AppError for what can be expected to happen, and anything else as it is
 */
export function downloadError(error: unknown, path: string, held: Held | null, signal: AbortSignal): unknown {
  if (error instanceof AppError) return error;
  const details = { path, ...held };
  const sentencesOf = (first: string, whatToDo: string | null): string => {
    const kept = held === null || held.heldBytes === 0 ? null : `${shareOf(held)} of ${path} are kept`;
    const second = [kept, whatToDo].filter((part) => part !== null).join('; ');
    return second === '' ? first : `${first} ${second.charAt(0).toUpperCase()}${second.slice(1)}.`;
  };
  if (signal.aborted) return new AppError('cancelled', sentencesOf('The download was stopped.', null), details);
  if (error instanceof RequestFailure) {
    const whatToDo = error.isLasting ? null : 'resume when the connection is back';
    const code = error.cause === 404 ? 'not-found' : 'network-failed';
    return new AppError(code, sentencesOf(error.message, whatToDo), { ...details, cause: error.cause });
  }
  const errorCode = error instanceof Error && 'code' in error ? error.code : null;
  if (errorCode === 'ENOSPC' || errorCode === 'EDQUOT') {
    return new AppError('disk-full', sentencesOf('The disk is full.', 'make room and resume'), details);
  }
  if (errorCode === 'EFBIG') {
    const sentence = `The disk does not take files as large as ${path}.`;
    return new AppError('disk-full', sentencesOf(sentence, 'choose a folder on another disk'), details);
  }
  return error;
}
