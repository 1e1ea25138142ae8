import { AppError, type ErrorDetails } from '../../../../preload/contract/errors.ts';

const longestName = 80;

/** Why a checkpoint cannot be used, as one sentence for people. */
export function refusal(reason: string, details: ErrorDetails = {}): AppError {
  return new AppError('checkpoint-unreadable', reason, details);
}

/** A name out of a file, fit for a sentence: short, and without anything that a terminal or a window would act on. */
export function shown(name: string): string {
  const plain = name.slice(0, longestName).replace(/[\p{C}\p{Z}]+/gu, ' ');
  return name.length > longestName ? `${plain}…` : plain;
}
