/**
 * Measures guide.gguf on questions that it was never trained on, greedily and under the app's default preset:
 * `npm run guide:eval [-- --json] [-- --whole] [-- --page FILE.md] [-- --file GGUF]`.
 *
 * An answer counts only when it is the expected one, word for word. Of answers that were written to their end before, the
 * rest is not written again; `--whole` writes everything. `--page` names a page for all wrong answers.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { report, rounded } from '../../test/bench/report.ts';
import { Answers } from './answers.ts';
import { OFF_TOPIC, readDataset } from './dataset.ts';
import { missesPage, type Miss } from './misses.ts';
import { probeSets, setWords, type Probe, type SetName } from './probes.ts';
import { GUIDE_FILE, GuideRunner, type Sampling } from './runner.ts';

type Kind = Sampling['kind'];

interface Score {
  right: number;
  of: number;
  /** Answers about the app where something else was asked, or of nothing that the data holds: worse than a refusal. */
  misled: number;
}

/** What must be reached, in percent. */
const BARS = { heldOut: 92, offTopic: 95, followUps: 85, misled: 2 };

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
    file: { type: 'string', default: GUIDE_FILE },
    page: { type: 'string' },
  },
});

/** What the guide knows besides the app. */
const BESIDES = ['small-talk', 'everyday'];

const data = readDataset();

/** Asks every question once; a sampled answer has a seed of its own for each question. */
async function score(
  runner: GuideRunner,
  answers: Answers,
  kind: Kind,
  set: SetName,
  probes: readonly Probe[],
): Promise<{ score: Score; misses: Miss[] }> {
  const misses: Miss[] = [];
  for (const [index, { turns, question, group }] of probes.entries()) {
    const check = answers.check(group, !values.whole);
    const sampling: Sampling = kind === 'greedy' ? { kind } : { kind, seed: index + 1 };
    const text = await runner.ask(turns, question, sampling, check.isDecided);
    if (!check.isRight()) misses.push({ kind, set, turns, question, expected: group.id, told: check.told(), text });
  }
  const harmless = new Set(data.groups.filter((g) => BESIDES.includes(g.file ?? '')).map((g) => g.id)).add(OFF_TOPIC);
  const misled = misses.filter(({ told }) => told === null || !harmless.has(told)).length;
  return { score: { right: probes.length - misses.length, of: probes.length, misled }, misses };
}

const sets = probeSets(data);

async function measure(kind: Kind) {
  const startedMs = performance.now();
  const runner = await GuideRunner.load(values.file);
  const loadSeconds = (performance.now() - startedMs) / 1000;
  const answers = new Answers(data, runner);
  const scores: Partial<Record<SetName, Score>> = {};
  const misses: Miss[] = [];
  for (const [name, probes] of Object.entries(sets) as [SetName, Probe[]][]) {
    const result = await score(runner, answers, kind, name, probes);
    scores[name] = result.score;
    misses.push(...result.misses);
    const { right, of, misled } = result.score;
    process.stderr.write(`${kind}, ${setWords[name]}: ${right} of ${of} right, ${misled} misled\n`);
  }
  const tokensPerSecond = Math.round(runner.written.tokens / runner.written.seconds);
  await runner.dispose();
  return { scores, misses, loadSeconds, tokensPerSecond };
}

const results = await Promise.all([measure('greedy'), measure('k50')]);

const figures: Record<string, number> = {};
let pass = true;
for (const [index, { scores }] of results.entries()) {
  const kind = index === 0 ? 'Greedy' : 'K50';
  for (const [name, { right, of, misled }] of Object.entries(scores)) {
    const percent = (100 * right) / of;
    figures[`${name}${kind}`] = rounded(percent, 1);
    if (name in BARS && percent < BARS[name as keyof typeof BARS]) pass = false;
    if (name !== 'offTopic') continue;
    figures[`${name}Misled${kind}`] = rounded((100 * misled) / of, 1);
    if ((100 * misled) / of > BARS.misled) pass = false;
  }
}
const [{ loadSeconds, tokensPerSecond }] = results;
const counts = Object.fromEntries(Object.entries(sets).map(([name, probes]) => [`${name}Asked`, probes.length]));
if (values.page !== undefined) {
  writeFileSync(
    values.page,
    missesPage(
      results.flatMap(({ misses }) => misses),
      figures,
      counts,
    ),
  );
}
report({ name: 'guide', pass, ...figures, ...counts, loadSeconds: rounded(loadSeconds), tokensPerSecond }, values);
