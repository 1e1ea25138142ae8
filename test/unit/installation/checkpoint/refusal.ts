import { AppError } from '../../../../preload/contract/errors.ts';

function sentenceOf(error: unknown): string {
  if (!(error instanceof AppError) || error.code !== 'checkpoint-unreadable') throw error;
  return error.message;
}

/** The sentence with which a checkpoint was refused; any other error goes on. Empty when it was read. */
export async function refusalOf(reading: Promise<unknown>): Promise<string> {
  return reading.then(() => '', sentenceOf);
}

/** The same for what answers at once. */
export function refusalFrom(read: () => unknown): string {
  try {
    read();
    return '';
  } catch (error) {
    return sentenceOf(error);
  }
}
