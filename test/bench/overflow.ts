import { randomUUID } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import type { Turn } from '../../main/engine/protocol.ts';
import type { EngineSequence } from '../../main/engine/process/model.ts';
import { presets } from '../../preload/contract/presets.ts';
import { ask, loadPlainly, longQuestion, openEngine } from './bench-engine.ts';
import { ownModel, root } from './raw-loop.ts';
import { benchArguments, note, report, rounded } from './report.ts';

/**
 * A conversation of 50 turns that overflows the window several times: how many tokens are read for each token that is
 * new, how long the longest silence before an answer is, and how far the next-token probabilities are from those of a
 * fresh read after turns were dropped and the rest moved up.
 *
 * npm run bench -- overflow [--model FILE] [--json]
 */

const bar = 1.3;
const turnCount = 50;
const questionWords = 30;
const replyTokens = 24;
/** Divergence of the distributions in nats; the bar for text that reads the same. */
const divergenceBar = 0.05;

const plain = { ...presets.k50, temperature: 1, topK: null, topP: null, repetitionPenalty: 1 };

async function distribution(sequence: EngineSequence, last: number): Promise<Map<number, number>> {
  const places = sequence.continueFrom([last], plain, () => []);
  const { value } = await places.next();
  await places.return();
  return new Map((value ?? []).map(({ token, probability }) => [token, probability]));
}

/** Kullback-Leibler divergence of `other` from `reference`, in nats. */
function divergence(reference: Map<number, number>, other: Map<number, number>): number {
  let sum = 0;
  for (const [token, p] of reference) if (p > 0) sum += p * Math.log(p / Math.max(1e-12, other.get(token) ?? 0));
  return sum;
}

/** Reads `total` tokens, forgets the first `dropped`, and compares what comes next with a fresh read of the rest. */
async function shiftDivergence(
  modelPath: string,
  tokens: number[],
  dropped: number,
): Promise<{ nats: number; sameTop: boolean }> {
  const model = await loadPlainly(modelPath);
  const [sequence] = model.sequences;
  const last = tokens.at(-1);
  if (sequence === undefined || last === undefined) throw new Error('There is nothing to compare.');
  await sequence.read(tokens.slice(0, -1));
  await sequence.forget(1, dropped);
  const moved = await distribution(sequence, last);
  await sequence.keep(0);
  await sequence.read(tokens.slice(dropped, -1));
  const fresh = await distribution(sequence, last);
  await model.dispose();
  const top = (map: Map<number, number>): number | undefined => [...map].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  return { nats: divergence(fresh, moved), sameTop: top(fresh) === top(moved) };
}

/** Dialogue-like tokens: marks, words and ends as in a real prompt, from the guide's vocabulary. */
function dialogueTokens(count: number): number[] {
  const [prompter, assistant, end] = [50278, 50281, 0];
  const tokens: number[] = [];
  for (let turn = 0; tokens.length < count - 1; turn += 1) {
    tokens.push(turn % 2 === 0 ? prompter : assistant);
    for (let word = 0; word < 40; word += 1) tokens.push(300 + ((turn * 131 + word * 17) % 9000));
    tokens.push(end);
  }
  return [...tokens.slice(0, count - 1), assistant];
}

const options = benchArguments();
const modelPath = options.modelPath === null ? ownModel() : resolve(options.modelPath);
const { engine } = await openEngine(modelPath, null);
const conversationId = randomUUID();
const turns: Turn[] = [];
let readTokens = 0;
let newTokens = 0;
let longestSilenceMs = 0;
let drops = 0;
let firstVisible: string | null = null;
for (let index = 0; index < turnCount; index += 1) {
  const question: Turn = { id: `q${String(index)}`, role: 'prompter', text: longQuestion(questionWords, index) };
  const { draftTokens } = await engine.measure({ turns: [], draft: question.text });
  turns.push(question);
  const { usage, turn } = await ask(engine, conversationId, turns, { maxNewTokens: replyTokens });
  if (usage === null) throw new Error('There is no answer.');
  turns.push(turn);
  readTokens += usage.promptTokens - usage.reusedTokens + usage.replyTokens;
  newTokens += draftTokens + usage.replyTokens;
  longestSilenceMs = Math.max(longestSilenceMs, usage.promptMs);
  if (firstVisible !== null && usage.firstVisibleTurnId !== firstVisible) drops += 1;
  firstVisible = usage.firstVisibleTurnId;
  if (index % 10 === 9)
    note(`${String(index + 1)} turns, ${rounded(readTokens / newTokens, 3).toString()} tokens read for each new one`);
}
await engine.shutDown();

const guide = join(root, 'resources', 'guide-model', 'guide.gguf');
const guideShift = await shiftDivergence(guide, dialogueTokens(400), 168);
const shapeShift = await shiftDivergence(modelPath, dialogueTokens(400), 168);
const ratio = readTokens / newTokens;
report(
  {
    name: 'overflow',
    pass: ratio <= bar && drops >= 2 && guideShift.nats <= divergenceBar && shapeShift.nats <= divergenceBar,
    readPerNew: rounded(ratio, 3),
    drops,
    longestSilenceMs: rounded(longestSilenceMs, 0),
    divergenceGuide: Number(guideShift.nats.toPrecision(3)),
    divergenceModel: Number(shapeShift.nats.toPrecision(3)),
    sameTopToken: guideShift.sameTop && shapeShift.sameTop,
    model: basename(modelPath),
  },
  options,
);
