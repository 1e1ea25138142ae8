/**
 * Builds the guide model in one command: `build.ts [--vocab FILE.gguf] [--steps N] [--seed N] [--python FILE]`.
 *
 * Data → token ids → training → GGUF and parity fixture → evaluation. The vocabulary comes from the guide.gguf that is
 * there; `--vocab` names another GGUF with Open-Assistant's markers, for the first build.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const here = import.meta.dirname;
const guide = join(here, 'guide.gguf');
const work = join(here, '..', '..', '.cache', 'guide-model');

/** Runs a program and stops the build when it fails. */
function run(program: string, args: string[]): void {
  console.log(`> ${[program, ...args].join(' ')}`);
  const result = spawnSync(program, args, {
    stdio: 'inherit',
    env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (result.status !== 0)
    throw new Error(`${args[0] ?? program} failed: ${result.error?.message ?? `status ${String(result.status)}`}`);
}

const { values } = parseArgs({
  options: {
    vocab: { type: 'string', default: guide },
    steps: { type: 'string', default: '1500' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string', default: 'python3' },
  },
});
if (!existsSync(values.vocab)) throw new Error(`${values.vocab} is missing: name a vocabulary with --vocab`);
mkdirSync(work, { recursive: true });
const at = (name: string): string => join(work, name);
copyFileSync(values.vocab, at('vocab.gguf'));
const node = process.execPath;
run(node, [join(here, 'tokenize.ts'), at('vocab.gguf'), at('ids.json'), at('dialogue.json')]);
run(values.python, [
  join(here, 'train.py'),
  '--data',
  at('ids.json'),
  '--vocab',
  at('vocab.gguf'),
  '--out',
  at('model.pt'),
  '--steps',
  values.steps,
  '--seed',
  values.seed,
]);
run(values.python, [
  join(here, 'export.py'),
  '--model',
  at('model.pt'),
  '--vocab',
  at('vocab.gguf'),
  '--dialogue',
  at('dialogue.json'),
  '--out',
  guide,
  '--parity',
  join(here, 'parity.json'),
]);
run(node, [join(here, 'evaluate.ts')]);
