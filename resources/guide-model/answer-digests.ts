/** What the answers were when guide.gguf was trained on them: a digest of each, so that a test tells which have changed. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from './dataset.ts';

/** Beside the model that was trained on these answers. */
export const ANSWERS_FILE = join(import.meta.dirname, 'answers.json');

/** A digest of each group's answers with their facts filled in, by the group's id. */
function digestsOf(data: Dataset): Record<string, string> {
  const digest = (answers: readonly string[]): string =>
    createHash('sha256').update(JSON.stringify(answers)).digest('hex').slice(0, 16);
  return Object.fromEntries(data.groups.map(({ id, answers }) => [id, digest(answers)]));
}

export function writeAnswerDigests(data: Dataset, file: string): void {
  writeFileSync(file, `${JSON.stringify(digestsOf(data), null, 1)}\n`);
}

/**
 * The groups whose answers are no longer what the model was trained on, because the data or a constant of the app has
 * changed, or that it does not know or should no longer know.
 */
export function changedAnswers(data: Dataset): string[] {
  const trained = JSON.parse(readFileSync(ANSWERS_FILE, 'utf8')) as Record<string, string>;
  const today = digestsOf(data);
  return [...new Set([...Object.keys(trained), ...Object.keys(today)])].filter((id) => trained[id] !== today[id]);
}
