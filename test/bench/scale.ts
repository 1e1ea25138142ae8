import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchArguments, note, report, rounded } from './report.ts';
import { measureSearch } from './scale-search.ts';
import { measureWindows, type WindowRound } from './scale-window.ts';

/**
 * How the app is with much in it. In the real window, with 10, 1,000 and 10,000 conversations of 20 messages and in turns
 * with the app that has none: start, typing, switching, searching, memory. And the search alone, over 1,000,000 messages
 * through the database's own thread, to the first hits.
 *
 * npm run bench -- scale [--rounds 5] [--json]
 */
export const needsElectron = true;

const sizes = [10, 1_000, 10_000];
const limitRatio = 1.2;
const searchedConversations = 50_000;
const searchLimitMs = 20;

const options = benchArguments();
const rounds = options.rounds ?? 5;

const windows = await measureWindows([0, ...sizes], rounds);
const folder = mkdtempSync(join(tmpdir(), 'oasst-bench-'));
const search = await measureSearch(folder, searchedConversations, rounds).finally(() => {
  rmSync(folder, { recursive: true, force: true });
});

const figuresOf = (size: number): WindowRound => {
  const figures = windows.get(size);
  if (figures === undefined) throw new Error(`nothing was measured with ${String(size)} conversations`);
  return figures;
};
const empty = figuresOf(0);
const ratiosOf = (figure: 'startMs' | 'typingMs' | 'memoryMB'): number[] =>
  sizes.map((size) => rounded(figuresOf(size)[figure] / empty[figure]));
const valuesOf = (figure: 'switchMs' | 'searchMs'): number[] =>
  sizes.map((size) => rounded(figuresOf(size)[figure] ?? NaN, 1));
const [startRatios, typingRatios] = [ratiosOf('startMs'), ratiosOf('typingMs')];
const slowestSearchMs = Math.max(...Object.values(search.firstMs));

note(`the lists below are of ${sizes.map(String).join(', ')} conversations`);
report(
  {
    name: 'scale',
    pass: [...startRatios, ...typingRatios].every((ratio) => ratio <= limitRatio) && slowestSearchMs < searchLimitMs,
    startRatios,
    typingRatios,
    limitRatio,
    memoryRatios: ratiosOf('memoryMB'),
    emptyStartMs: rounded(empty.startMs, 0),
    emptyTypingMs: rounded(empty.typingMs, 1),
    emptyMemoryMB: rounded(empty.memoryMB, 0),
    switchMs: valuesOf('switchMs'),
    searchInWindowMs: valuesOf('searchMs'),
    searchedMessages: search.messages,
    ...Object.fromEntries(Object.entries(search.firstMs).map(([kind, ms]) => [`${kind}SearchMs`, rounded(ms, 1)])),
    searchLimitMs,
    absentPhraseMs: rounded(search.absentPhraseMs, 0),
    longestCallMs: rounded(search.longestCallMs, 1),
    indexingSeconds: rounded(search.indexingSeconds, 1),
    indexShare: rounded(search.bytesAfter / search.bytesBefore - 1),
    answerEndMs: rounded(search.answerEndMs, 1),
    worstAnswerEndMs: rounded(search.worstAnswerEndMs, 1),
    answerTextMs: rounded(search.answerTextMs, 1),
    rounds,
  },
  options,
);
