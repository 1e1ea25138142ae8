import { basename, join, resolve } from 'node:path';
import { ask, openEngine } from './bench-engine.ts';
import { question, root } from './raw-loop.ts';
import { benchArguments, median, note, report, rounded } from './report.ts';

/**
 * What typical-p sampling adds to each token: the whole vocabulary has to come out of llama.cpp, because it knows no such
 * sampler. Measured against the default preset, in turns, on a model with the real vocabulary of 50,288 tokens.
 *
 * npm run bench -- typical [--model FILE] [--rounds 5] [--json]
 */

const barMs = 20;
const tokens = 64;

const options = benchArguments();
const modelPath =
  options.modelPath === null ? join(root, 'resources', 'guide-model', 'guide.gguf') : resolve(options.modelPath);
const { engine } = await openEngine(modelPath, null);

/** Milliseconds per token of one answer. No answer may end early, so the same question is asked until it is long enough. */
async function msPerToken(typicalP: number | null): Promise<number> {
  const turns = [{ id: 'question', role: 'prompter' as const, text: question }];
  const parameters = typicalP === null ? {} : { topK: null, topP: null, typicalP };
  // A high temperature keeps the guide from ending its answer.
  const { usage } = await ask(engine, 'typical', turns, { ...parameters, temperature: 1.5, maxNewTokens: tokens });
  if (usage === null || usage.replyTokens < 8) throw new Error('The answer was too short to measure.');
  return usage.replyMs / (usage.replyTokens - 1);
}

const typical: number[] = [];
const usual: number[] = [];
for (let round = 1; round <= (options.rounds ?? 5); round += 1) {
  usual.push(await msPerToken(null));
  typical.push(await msPerToken(0.2));
  note(
    `round ${String(round)}: k50 ${rounded(usual.at(-1) ?? 0).toString()}, typical ${rounded(typical.at(-1) ?? 0).toString()} ms per token`,
  );
}
await engine.shutDown();
const addedMs = median(typical) - median(usual);
report(
  {
    name: 'typical',
    pass: addedMs <= barMs,
    addedMs: rounded(addedMs),
    typicalMs: rounded(median(typical)),
    usualMs: rounded(median(usual)),
    barMs,
    model: basename(modelPath),
  },
  options,
);
