/**
 * Writes the training data, and the dialogue for the parity check, as token ids:
 * `tokenize.ts VOCAB.gguf IDS.json DIALOGUE.json`.
 *
 * The real GPT-NeoX tokenizer runs, through node-llama-cpp, with special parsing off: marker text in the data stays
 * ordinary characters. Every turn is tokenized by itself, as the app does.
 */
import { writeFileSync } from 'node:fs';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { estrange, fill, Random, variants } from './augment.ts';
import { hash, normalize, OFF_TOPIC, readDataset, split, validate } from './dataset.ts';
import type { Dataset } from './dataset.ts';

const VARIANTS = 24;
const OFF_TOPIC_VARIANTS = 6;
const FILLED = 6000;
const ESTRANGED = 3000;
const JOINED = 2500;
const MARKERS = { end: '<|endoftext|>', prompter: '<|prompter|>', assistant: '<|assistant|>' };
/** The parity check's questions: an intent, its follow-up, and something the guide does not know. */
const DIALOGUE = ['What is a meme?', 'Where did the word come from?', 'Which cheese goes with pears?'];

interface TokenizedGroup {
  id: string;
  parent: string | null;
  answers: number[][];
  questions: number[][];
}

/** The texts that training asks for each group, by group id. */
function trainingTexts(data: Dataset): Map<string, string[]> {
  const texts = new Map<string, string[]>();
  const known = new Set(data.groups.flatMap((g) => g.phrasings.map((p) => normalize(p.text))));
  const words = [...data.lists.values()].flat();
  const offTopic: string[] = [];
  const random = new Random(20230306);
  for (const template of Array.from({ length: FILLED }, () => random.pick(data.templates))) {
    offTopic.push(...variants(fill(template, data, random), 1, random).slice(-1));
  }
  const intents = data.groups.filter((g) => g.parent === undefined && g.id !== OFF_TOPIC);
  const asked = intents.flatMap((g) => split(g).train);
  for (let i = 0; i < ESTRANGED; i++) {
    const strange = estrange(random.pick(asked), words, random);
    if (strange !== undefined) offTopic.push(...variants(strange, 1, random).slice(-1));
  }
  for (let i = 0; i < JOINED; i++) {
    offTopic.push(Array.from({ length: 2 + Math.floor(random.next() * 4) }, () => random.pick(offTopic)).join(' '));
  }
  for (const group of data.groups) {
    const count = group.id === OFF_TOPIC ? OFF_TOPIC_VARIANTS : VARIANTS;
    texts.set(
      group.id,
      split(group).train.flatMap((text) => variants(text, count, new Random(hash(text)))),
    );
  }
  texts.get(OFF_TOPIC)?.push(...offTopic.filter((text) => !known.has(normalize(text))));
  return texts;
}

/** The questions of the parity dialogue with the answers from the data. */
function dialogueTurns(data: Dataset): [question: string, answer: string][] {
  return DIALOGUE.map((question) => {
    const group =
      data.groups.find((g) => g.phrasings.some((p) => p.text === question)) ??
      data.groups.find((g) => g.id === OFF_TOPIC);
    return [question, group?.answers[0] ?? ''];
  });
}

async function main(vocabulary: string, out: string, dialogue: string): Promise<void> {
  const data = readDataset();
  const problems = validate(data);
  if (problems.length > 0) throw new Error(`the data has problems:\n${problems.join('\n')}`);
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.disabled });
  const model = await llama.loadModel({ modelPath: vocabulary, vocabOnly: true });
  const ids = (text: string): number[] => model.tokenize(text, false).map(Number);
  const texts = trainingTexts(data);
  const groups: TokenizedGroup[] = data.groups.map((group) => ({
    id: group.id,
    parent: group.parent ?? null,
    answers: group.answers.map(ids),
    questions: (texts.get(group.id) ?? []).map(ids),
  }));
  writeFileSync(out, JSON.stringify({ offTopic: OFF_TOPIC, groups }));
  const marker = (text: string): number[] => model.tokenize(text, true).map(Number);
  const turns = dialogueTurns(data).flatMap(([question, answer]) => [
    ...[...marker(MARKERS.prompter), ...ids(question), ...marker(MARKERS.end)],
    ...[...marker(MARKERS.assistant), ...ids(answer), ...marker(MARKERS.end)],
  ]);
  writeFileSync(dialogue, JSON.stringify(turns));
  const count = groups.reduce((sum, g) => sum + g.questions.length, 0);
  console.log(
    `${data.groups.filter((g) => g.parent === undefined).length} intents, ${groups.length} groups, ${count} questions -> ${out}`,
  );
  await model.dispose();
  await llama.dispose();
}

const [vocabulary, out, dialogue] = process.argv.slice(2);
if (vocabulary === undefined || out === undefined || dialogue === undefined) {
  throw new Error('usage: tokenize.ts VOCAB.gguf IDS.json DIALOGUE.json');
}
await main(vocabulary, out, dialogue);
