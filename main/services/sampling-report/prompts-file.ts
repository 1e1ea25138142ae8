import { basename } from 'node:path';
import { AppError } from '../../../preload/contract/errors.ts';
import { maxQuestionLength } from '../../../preload/contract/generations.ts';
import { parseJson, readTextFile } from './files.ts';

const limitBytes = 64e6;

/**
 * Reads the prompts of a report: JSON Lines, one string a line.
 *
 * @throws AppError that names the line
 */
export async function readPrompts(path: string): Promise<string[]> {
  const name = basename(path);
  const prompts: string[] = [];
  for (const [index, line] of (await readTextFile(path, limitBytes)).split('\n').entries()) {
    if (line.trim() === '') continue;
    const where = `Line ${index + 1} of "${name}"`;
    const prompt = parseJson(line, where);
    if (typeof prompt !== 'string' || prompt.trim() === '') {
      throw new AppError('invalid-input', `${where} is not a prompt: each line is one text in quotation marks.`);
    }
    if (prompt.length > maxQuestionLength) {
      throw new AppError('invalid-input', `${where} is longer than ${maxQuestionLength} characters. Shorten it.`);
    }
    prompts.push(prompt);
  }
  if (prompts.length === 0) throw new AppError('invalid-input', `There is no prompt in "${name}".`);
  return prompts;
}
