/**
 * Builds the guide model in one command:
 * `build.ts [--vocab FILE.gguf] [--steps N] [--refining N] [--seed N] [--python FILE]`.
 *
 * Data → token ids → vectors of sentences → teachers → training → refining → GGUF, parity fixture and digests of the
 * answers → evaluation. The vocabulary comes from the guide.gguf that is there; `--vocab` names another GGUF with
 * Open-Assistant's markers, for the first build.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ANSWERS_FILE } from './answer-digests.ts';

const here = import.meta.dirname;
const guide = join(here, 'guide.gguf');
const work = join(here, '..', '..', '.cache', 'guide-model');

/** Runs a program and stops the build when it fails. */
function run(program: string, args: string[]): void {
  console.log(`> ${[program, ...args].join(' ')}`);
  const result = spawnSync(program, args, {
    stdio: 'inherit',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (result.status !== 0)
    throw new Error(`${args[0] ?? program} failed: ${result.error?.message ?? `status ${String(result.status)}`}`);
}

const { values } = parseArgs({
  options: {
    vocab: { type: 'string', default: guide },
    steps: { type: 'string', default: '7500' },
    refining: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string', default: 'python3' },
  },
});
if (!existsSync(values.vocab)) throw new Error(`${values.vocab} is missing: name a vocabulary with --vocab`);
mkdirSync(work, { recursive: true });
const at = (name: string): string => join(work, name);
copyFileSync(values.vocab, at('vocab.gguf'));
const node = process.execPath;
const vocab = ['--vocab', at('vocab.gguf')];
const vectors = ['--vectors', at('token-vectors.f32')];
const texts = ['--sentences', at('sentences.json')];
const sentences = ['--sentences', at('sentence-vectors.f32')];
run(node, [
  join(here, 'tokenize.ts'),
  ...[...vocab, ...vectors, ...texts],
  ...['--out', at('ids.json'), '--dialogue', at('dialogue.json')],
  ...['--answers', at('answers.json')],
]);
run(node, [join(here, 'sentences.ts'), ...texts, '--out', at('sentence-vectors.f32')]);
const learned = [...vocab, ...vectors, ...sentences, '--data', at('ids.json'), '--seed', values.seed];
run(values.python, [join(here, 'teaching.py'), ...learned, '--out', at('taught.pt')]);
const train = [join(here, 'train.py'), ...learned, '--taught', at('taught.pt')];
run(values.python, [...train, '--steps', values.steps, '--out', at('trained.pt')]);
const refining = ['--start', at('trained.pt'), '--steps', values.refining, '--rate', '1e-3', '--dropout', '0.05'];
run(values.python, [...train, ...refining, '--out', at('model.pt')]);
run(values.python, [
  join(here, 'export.py'),
  ...vocab,
  ...['--model', at('model.pt'), '--dialogue', at('dialogue.json')],
  ...['--out', guide, '--parity', join(here, 'parity.json')],
]);
copyFileSync(at('answers.json'), ANSWERS_FILE);
run(node, [join(here, 'evaluate.ts'), '--page', join(here, '..', '..', 'docs', 'guide-misses.md')]);
