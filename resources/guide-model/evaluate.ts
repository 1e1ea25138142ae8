/**
 * Measures guide.gguf on phrasings that it was never trained on:
 * `evaluate.ts [--json] [--misses] [--file GGUF] [--prompts FILE.jsonl]`.
 *
 * An answer counts only when it is the expected answer, word for word. `--prompts` adds foreign off-topic questions, one
 * JSON string a line; `--misses` prints what went wrong.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Random } from './augment.ts';
import { OFF_TOPIC, readDataset, split } from './dataset.ts';
import type { Dataset, Group } from './dataset.ts';
import { GUIDE_FILE, GuideRunner } from './runner.ts';
import type { Sampling, Turn } from './runner.ts';

/** A question to ask after some turns, and the answers that are right. */
interface Probe {
  turns: Turn[];
  question: string;
  expected: readonly string[];
}

interface Score {
  right: number;
  of: number;
}

const turnOf = (group: Group, random: Random): Turn => [random.pick(split(group).train), random.pick(group.answers)];

/** The held-out questions of some groups; a follow-up comes after its parent's turn. */
function heldOut(data: Dataset, groups: readonly Group[], random: Random): Probe[] {
  return groups.flatMap((group) => {
    const parent = data.groups.find((g) => g.id === group.parent);
    return split(group).heldOut.map((question) => ({
      turns: parent ? [turnOf(parent, random)] : [],
      question,
      expected: group.answers,
    }));
  });
}

/** The same questions as second to sixth turn of a conversation of other things, off-topic ones among them. */
function later(probes: readonly Probe[], groups: readonly Group[], random: Random): Probe[] {
  return probes.map((probe) => {
    const turns = Array.from({ length: 1 + Math.floor(random.next() * 5) }, () => turnOf(random.pick(groups), random));
    return { ...probe, turns: [...turns, ...probe.turns] };
  });
}

/** Asks every question once, greedily or under the default preset with a seed for each question. */
async function score(
  runner: GuideRunner,
  probes: readonly Probe[],
  kind: Sampling['kind'],
  misses: boolean,
): Promise<Score> {
  let right = 0;
  for (const [index, { turns, question, expected }] of probes.entries()) {
    const answer = await runner.ask(turns, question, kind === 'greedy' ? { kind } : { kind, seed: index + 1 });
    if (expected.includes(answer)) right++;
    else if (misses) {
      console.log(
        `MISS ${kind} after ${turns.length} turns: ${question}\n     ${JSON.stringify(answer.slice(0, 110))}`,
      );
    }
  }
  return { right, of: probes.length };
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    misses: { type: 'boolean', default: false },
    file: { type: 'string', default: GUIDE_FILE },
    prompts: { type: 'string' },
  },
});
const data = readDataset();
const random = new Random(7);
const intents = data.groups.filter((g) => g.parent === undefined && g.id !== OFF_TOPIC);
const offTopic = data.groups.filter((g) => g.id === OFF_TOPIC);
const sets: Record<string, Probe[]> = {
  'held-out phrasings': heldOut(data, intents, random),
  'off-topic never trained on': heldOut(data, offTopic, random),
  'follow-ups, held out': heldOut(
    data,
    data.groups.filter((g) => g.parent !== undefined),
    random,
  ),
};
sets['as 2nd to 6th turn'] = later(Object.values(sets).flat(), [...intents, ...offTopic, ...offTopic], random);
if (values.prompts !== undefined) {
  const prompts = readFileSync(values.prompts, 'utf8').split('\n').filter(Boolean);
  sets['foreign off-topic prompts'] = prompts.map((line) => ({
    turns: [],
    question: String(JSON.parse(line)),
    expected: offTopic.flatMap((g) => g.answers),
  }));
}

const runner = await GuideRunner.load(values.file);
const rows: Record<string, { greedy: Score; k50: Score }> = {};
for (const [name, probes] of Object.entries(sets)) {
  const greedy = await score(runner, probes, 'greedy', values.misses);
  rows[name] = { greedy, k50: await score(runner, probes, 'k50', false) };
}
const speed = Math.round(runner.written.tokens / runner.written.seconds);
await runner.dispose();

const percent = ({ right, of }: Score): string => `${((100 * right) / of).toFixed(1)} % of ${of}`;
if (values.json) {
  console.log(JSON.stringify({ rows, tokensPerSecond: speed }));
} else {
  console.log('| set | greedy | k50 |\n| --- | --- | --- |');
  for (const [name, { greedy, k50 }] of Object.entries(rows))
    console.log(`| ${name} | ${percent(greedy)} | ${percent(k50)} |`);
  console.log(`${speed} tokens a second on one thread`);
}
