/**
 * Writes the training data, and the dialogue for the parity check, as token ids, and what belongs to them:
 * `tokenize.ts --vocab VOCAB.gguf --vectors TOKENS.f32 --sentences TEXTS.json --out IDS.json --dialogue DIALOGUE.json
 * --answers DIGESTS.json`.
 *
 * The real GPT-NeoX tokenizer runs, through node-llama-cpp, with special parsing off: marker text in the data stays
 * ordinary characters. Every turn is tokenized by itself, as the app does.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { writeAnswerDigests } from './answer-digests.ts';
import { estrange, fill, Random, variants } from './augment.ts';
import { hash, intentsOf, normalize, OFF_TOPIC, readDataset, split, topicsOf, validate } from './dataset.ts';
import type { Dataset, Group } from './dataset.ts';
import { strangers } from './strangers.ts';
import { commonWords, writeTokenVectors } from './vectors.ts';

const VARIANTS = 16;
const FILLED = 6000;
const ESTRANGED = 3000;
const JOINED = 1500;
const VOCABULARY = 50_288;
/** Words frequent enough to be typed and rare enough to tell something. */
const STRANGE_RANKS = [500, 20_000] as const;
const MARKERS = { end: '<|endoftext|>', prompter: '<|prompter|>', assistant: '<|assistant|>' };
/** The parity check's questions: an intent, its follow-up, and something the guide does not know. */
const DIALOGUE = ['What is a meme?', 'Where did the word come from?', 'Which cheese goes with pears?'];

/** A question of training, and the sentence that it is a variant of: for questions that stand alone only. */
interface Question {
  text: string;
  sentence: string | null;
}

interface TokenizedGroup {
  id: string;
  parent: string | null;
  /** The topic that each answer begins with, by its number. */
  topics: number[];
  answers: number[][];
  questions: number[][];
  /** For each question the number of its sentence. */
  sentences: (number | null)[];
  /** What training never sees, to see how it fares. */
  heldOut: { text: string; ids: number[] }[];
}

/** What makes two questions the same: their words, and the turn before where they need one. */
function keyOf(group: Group, text: string): string {
  return `${group.parent ?? ''}\n${normalize(text)}`;
}

/** What is asked of off-topic beside the questions of the data. */
function strangeTexts(data: Dataset): Question[] {
  const words = [...data.lists.values()].flat();
  const random = new Random(20230306);
  const varied = (sentence: string): Question => ({ text: variants(sentence, 1, random).slice(-1).join(), sentence });
  const out = Array.from({ length: FILLED }, () => varied(fill(random.pick(data.templates), data, random)));
  const asked = intentsOf(data).flatMap((g) => split(g).train);
  for (let i = 0; i < ESTRANGED; i++) {
    const strange = estrange(random.pick(asked), words, random);
    if (strange !== undefined) out.push(varied(strange));
  }
  for (let i = 0; i < JOINED; i++) {
    const joined = Array.from({ length: 2 + Math.floor(random.next() * 4) }, () => random.pick(out).text).join(' ');
    out.push({ text: joined, sentence: joined });
  }
  return out;
}

/** The questions that training asks for each group, by group id. */
function trainingQuestions(data: Dataset): Map<string, Question[]> {
  const known = new Set(data.groups.flatMap((g) => g.phrasings.map((p) => normalize(p.text))));
  const heldOut = new Set(data.groups.flatMap((g) => split(g).heldOut.map((text) => keyOf(g, text))));
  const questions = new Map<string, Question[]>();
  for (const group of data.groups) {
    const varied = split(group).train.flatMap((text) =>
      variants(text, VARIANTS, new Random(hash(text))).map((variant) => ({
        text: variant,
        sentence: group.parent === undefined ? text : null,
      })),
    );
    questions.set(
      group.id,
      varied.filter(({ text }) => !heldOut.has(keyOf(group, text))),
    );
  }
  questions.get(OFF_TOPIC)?.push(...strangeTexts(data).filter(({ text }) => !known.has(normalize(text))));
  return questions;
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

const file = { type: 'string', default: '' } as const;
const { values } = parseArgs({
  options: { vocab: file, vectors: file, sentences: file, out: file, dialogue: file, answers: file },
});
for (const [name, value] of Object.entries(values)) if (value === '') throw new Error(`--${name} is missing`);
const { vocab, vectors, sentences, out, dialogue, answers } = values;
const data = readDataset();
const problems = validate(data);
if (problems.length > 0) throw new Error(`the data has problems:\n${problems.join('\n')}`);
const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.disabled });
const model = await llama.loadModel({ modelPath: vocab, vocabOnly: true });
const ids = (text: string): number[] => model.tokenize(text, false).map(Number);
const marker = (text: string): number[] => model.tokenize(text, true).map(Number);

writeTokenVectors(model, VOCABULARY, vectors);
const questions = trainingQuestions(data);
const strange = strangers(data, commonWords(...STRANGE_RANKS, join(vectors, '..', 'words.json')));
const texts = new Map<string, number>();
const numbered = (text: string): number => {
  if (!texts.has(text)) texts.set(text, texts.size);
  return texts.get(text) ?? 0;
};
const topics = topicsOf(data);
const answersInOrder = [...topics.keys()];
const topicOf = (answer: string): number => answersInOrder.indexOf(answer);
const groups: TokenizedGroup[] = data.groups.map((group) => {
  const asked = questions.get(group.id) ?? [];
  return {
    id: group.id,
    parent: group.parent ?? null,
    topics: group.answers.map(topicOf),
    answers: group.answers.map(ids),
    questions: asked.map(({ text }) => ids(text)),
    sentences: asked.map(({ sentence }) => (sentence === null ? null : numbered(sentence))),
    heldOut: split(group).heldOut.map((text) => ({ text, ids: ids(text) })),
  };
});
const strangeGroup = { questions: strange.map(ids), sentences: strange.map(numbered) };
writeAnswerDigests(data, answers);
writeFileSync(
  out,
  JSON.stringify({ offTopic: OFF_TOPIC, topics: [...topics.values()], groups, strangers: strangeGroup }),
);
writeFileSync(sentences, JSON.stringify([...texts.keys()]));
const turns = dialogueTurns(data).flatMap(([question, answer]) => [
  ...[...marker(MARKERS.prompter), ...ids(question), ...marker(MARKERS.end)],
  ...[...marker(MARKERS.assistant), VOCABULARY + topicOf(answer), ...ids(answer), ...marker(MARKERS.end)],
]);
writeFileSync(dialogue, JSON.stringify(turns));
const count = groups.reduce((sum, g) => sum + g.questions.length, 0);
console.log(
  `${intentsOf(data).length} intents, ${groups.length} groups, ${topics.size} topics, ${count} questions of ` +
    `${texts.size} sentences -> ${out}`,
);
await model.dispose();
await llama.dispose();
