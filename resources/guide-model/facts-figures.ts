/** The figures among the facts: of models and presets, and the limits of the app. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promptBudget } from '../../main/engine/process/context-window.ts';
import { readCatalogue, shownCatalogue } from '../../main/services/catalogue.ts';
import { exportFormats } from '../../preload/contract/exchange.ts';
import { maxQuestionLength } from '../../preload/contract/generations.ts';
import { conversionTypes, defaultConversionType } from '../../preload/contract/library.ts';
import { defaultPresetId, presets, type SamplingParameters } from '../../preload/contract/presets.ts';
import { maxQueuedQuestions } from '../../preload/contract/queue.ts';
import { settingsSchema } from '../../preload/contract/settings.ts';
import { trashDays } from '../../preload/contract/trash.ts';
import { mostPresets } from '../../renderer/features/presets/own-presets.ts';
import { parameterWords } from '../../renderer/features/presets/parameter-words.ts';

export const root = join(import.meta.dirname, '..', '..');
export const defaults = settingsSchema.parse({});

export type Fact = [name: string, text: string];

const sourceOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** What a pattern finds in a file of the project, for values that are not exported. */
function told(file: string, pattern: RegExp): string {
  const found = pattern.exec(sourceOf(file))?.[1];
  if (found === undefined) throw new Error(`${file} no longer says ${String(pattern)}`);
  return found;
}

/** A number that a file keeps in a constant of its own; powers and products are worked out. */
function constant(file: string, name: string): number {
  const expression = told(file, new RegExp(`const ${name} = ([\\w *]+);`)).replace('gibBytes', '1024 ** 3');
  const factors = expression
    .split(/ \* /)
    .map((factor) => factor.split(' ** ').map((part) => Number(part.replaceAll('_', ''))));
  return factors.reduce((product, [base = NaN, exponent = 1]) => product * base ** exponent, 1);
}

const grouped = (value: number): string => value.toLocaleString('en');
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1).replace(/\.0$/, '')} GB`;

/** Sizes depend on the machine only in their fit, and of that only the memory needed is told. */
const noMachine = { memoryBytes: 0, memoryBytesPerSecond: null };
const usualMemories = [4, 8, 12, 16, 24, 32];

export async function modelFacts(): Promise<Fact[]> {
  const entries = await readCatalogue(join(root, 'resources', 'model-catalogue.json'));
  const shownOn = (memoryBytes: number, windowTokens: number) =>
    shownCatalogue(entries, { ...noMachine, memoryBytes }, windowTokens, [])[0];
  const variant = (type: string, memoryBytes = 0, windowTokens: number = defaults.windowTokens) => {
    const found = shownOn(memoryBytes, windowTokens)?.variants.find((v) => v.type === type);
    if (found === undefined) throw new Error(`the catalogue has no ${type}`);
    return found;
  };
  const fitIn = (gigabyte: number): string => variant(defaultConversionType, gigabyte * 1e9).fit.verdict;
  const [entry, later] = entries;
  const named = (id: string): string => entries.find((e) => e.id === id)?.name ?? '';
  const downloadBytes = shownOn(0, defaults.windowTokens)?.downloadBytes ?? 0;
  const usual = variant(defaultConversionType);
  const short = variant(defaultConversionType, 0, 1024);
  const until = (summary = ''): string => /collected before (.*?),? (?:on|in) /.exec(summary)?.[1] ?? '';
  if (entry === undefined) throw new Error('the catalogue is empty');
  return [
    ['model.name', entry.name],
    ['model.repository', entry.repository],
    ['model.parameters', entry.parameters],
    ['model.layers', grouped(entry.shape.layers)],
    ['model.width', grouped(entry.shape.width)],
    ['model.heads', grouped(entry.shape.heads)],
    ['model.vocabulary', grouped(entry.shape.vocabularySize)],
    ['model.demonstrations', /about ([\d,]+) human/.exec(entry.summary)?.[1] ?? ''],
    ['model.data-until', until(entry.summary)],
    ['sft4.data-until', until(later?.summary)],
    ['model.download-size', gigabytes(downloadBytes)],
    // At 100 megabits a second.
    ['model.download-time', downloadBytes / 12.5e6 > 2400 ? 'about an hour' : 'about half an hour'],
    ['model.disk-during', `${String(Math.ceil(usual.peakDiskBytes / 1e9))} GB`],
    ['model.size-q4', gigabytes(usual.fileBytes)],
    ['model.size-q4-0', gigabytes(variant('Q4_0').fileBytes)],
    ['model.size-q8', gigabytes(variant('Q8_0').fileBytes)],
    ['model.size-f16', gigabytes(variant('F16').fileBytes)],
    ['model.memory-q4', gigabytes(usual.fit.memoryBytes)],
    ['memory.comfortable', `${String(usualMemories.find((size) => fitIn(size) === 'fits'))} GB`],
    ['memory.tight', `${String(usualMemories.findLast((size) => fitIn(size) === 'tight'))} GB`],
    ['memory.too-small', `${String(usualMemories.findLast((size) => fitIn(size) === 'too-large'))} GB`],
    ['window.memory-saved', `about ${gigabytes(usual.fit.memoryBytes - short.fit.memoryBytes)}`],
    ['small.name-3b', named('pythia-3b-deduped-sft')],
    ['small.name-1b', named('pythia-1b-deduped-sft')],
    ['convert.types', conversionTypes.join(', ')],
    ['convert.default-type', defaultConversionType],
  ];
}

export function presetFacts(): Fact[] {
  const named: [name: string, key: keyof SamplingParameters][] = [
    ['temperature', 'temperature'],
    ['top-k', 'topK'],
    ['top-p', 'topP'],
    ['typical-p', 'typicalP'],
    ['penalty', 'repetitionPenalty'],
    ['length', 'maxNewTokens'],
  ];
  return Object.entries(presets).flatMap(([id, values]) =>
    named.flatMap(([name, key]): Fact[] =>
      values[key] === null ? [] : [[`preset.${id}.${name}`, grouped(values[key])]],
    ),
  );
}

function rangeFacts(): Fact[] {
  const names: Record<string, keyof SamplingParameters> = {
    ...{ temperature: 'temperature', 'top-k': 'topK', 'top-p': 'topP', 'typical-p': 'typicalP' },
    penalty: 'repetitionPenalty',
  };
  return Object.entries(names).flatMap(([name, key]): Fact[] => {
    const words = parameterWords.find((w) => w.key === key);
    return words === undefined ? [] : [[`range.${name}`, `${grouped(words.min)} to ${grouped(words.max)}`]];
  });
}

const minuteWords: Record<number, string> = { 1: 'a minute', 2: 'two minutes', 3: 'three minutes', 5: 'five minutes' };

/** Limits and times. */
export function limitFacts(): Fact[] {
  const rolling = 'main/services/backup-rolling.ts';
  const zooms = told('main/desktop/zoom.ts', /const steps = \[([^\]]+)\]/)
    .split(', ')
    .map(Number);
  const percent = (factor = 1): string => `${String(100 * factor)} %`;
  return [
    ...rangeFacts(),
    ['presets.default', defaultPresetId],
    ['presets.most-own', grouped(mostPresets)],
    ['trash.days', String(trashDays)],
    ['queue.limit', grouped(maxQueuedQuestions)],
    ['window.tokens', grouped(defaults.windowTokens)],
    // A token is about three quarters of an English word: said roundly.
    ['window.words', grouped(Math.floor((0.75 * defaults.windowTokens) / 500) * 500)],
    ['window.short-tokens', grouped(defaults.windowTokens / 2)],
    ['window.question-tokens', grouped(promptBudget(defaults.windowTokens))],
    ['question.max-characters', grouped(maxQuestionLength)],
    ['reply.max-tokens', grouped(presets[defaultPresetId].maxNewTokens)],
    ['title.length', String(constant('main/services/titles.ts', 'longestTitle'))],
    ['idle.minutes', String(defaults.unloadAfterMinutes)],
    ['cache.size', `${String(defaults.stateCacheLimitBytes / 1024 ** 3)} GB`],
    ['hub.host', new URL(defaults.hubUrl).host],
    ['engine.silence', minuteWords[constant('main/engine/client.ts', 'silenceLimitMs') / 60_000] ?? ''],
    ['undo.seconds', String(constant('renderer/stores/notices.svelte.ts', 'undoTimeMs') / 1000)],
    ['notice.seconds', String(constant('main/desktop/answer-notices.ts', 'longAnswerMs') / 1000)],
    ['backups.newest', String(constant(rolling, 'newestKept'))],
    ['backups.days', String(constant(rolling, 'daysKept'))],
    ['backups.weeks', String(constant(rolling, 'weeksKept'))],
    ['backups.before-change-days', told(rolling, /const keptBeforeChangeMs = (\d+) \* dayMs/)],
    ['export.formats', exportFormats.join(', ')],
    ['import.text-limit', `${String(constant('main/services/import/import-text.ts', 'maxBytes') / 1024 ** 3)} GiB`],
    ['import.zip-limit', `${String(constant('main/services/import/zip-source.ts', 'maxBytes') / 1024 ** 3)} GiB`],
    ['quick.minutes', told('renderer/quick-ask/quick-ask.svelte.ts', /const quietLimitMs = (\d+) \* 60_000/)],
    ['quick.clip-characters', grouped(constant('main/services/quick-ask.ts', 'longestOffer'))],
    ['tray.recent', told('main/desktop/tray-menu.ts', /const recentCount = (\d+)/)],
    ['search.terminal-hits', String(constant('main/cli/search.ts', 'shownHits'))],
    ['seed.max', told('main/arguments.ts', /from 0 to (\d+)/)],
    ['zoom.smallest', percent(zooms[0])],
    ['zoom.largest', percent(zooms.at(-1))],
    ['app.deb-size', told('README.md', /a deb of (\d+ MB)/)],
    ['app.installed-size', told('README.md', /(\d+ MB) installed/)],
  ];
}
