import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { openDatabaseClient } from '../../main/database/client.ts';
import type { DatabaseClient } from '../../main/database/protocol.ts';
import type { SearchPage } from '../../preload/contract/search.ts';
import { presets } from '../../preload/contract/presets.ts';
import { createCorpus } from './corpus.ts';
import { fillDatabase, messagesEach, rareWord, type Filled } from './filled-database.ts';
import { median, note } from './report.ts';

/** The search and the saving of answers, through the database's own thread, in a database of a given size. */

const workerUrl = new URL('../../main/database/worker.ts', import.meta.url);
const hitsOnAPage = 50;
const savedAnswers = 100;

/** Queries of each kind; the words are those of the corpus. */
const queries = {
  common: ['water', 'people', 'человек'],
  rare: [rareWord, rareWord.slice(2, -1)],
  several: ['water world', 'that with from this have'],
  phrase: ['"of the"', '"it was"', '"you can"'],
  short: ['of', 'th', 'é', 'の', '仪', '仪仪', '一'],
  none: ['xylophonist', '"quite nowhere at all"', '人口', '~~'],
};
type Kind = keyof typeof queries;
/** Common words that stand beside one another nowhere: nothing but reading tells. */
const absentPhrase = '"mother father earth world"';

interface Timing {
  /** To the first hits, or to the end where there are none. */
  firstMs: number;
  /** Of the longest single call: so long everything else waits. */
  longestCallMs: number;
}

async function find(database: DatabaseClient, query: string): Promise<Timing> {
  const startedMs = performance.now();
  let longestCallMs = 0;
  let cursor: string | null = null;
  do {
    const calledMs = performance.now();
    const page: SearchPage = await database.findText({ query, filters: {}, cursor, limit: hitsOnAPage });
    longestCallMs = Math.max(longestCallMs, performance.now() - calledMs);
    if (page.hits.length > 0) break;
    cursor = page.next;
  } while (cursor !== null);
  return { firstMs: performance.now() - startedMs, longestCallMs };
}

/** Milliseconds for the last word on an answer, which is when it is indexed, and for its text on the way there. */
async function saveAnswers(database: DatabaseClient): Promise<{ endMs: number[]; textMs: number[] }> {
  const corpus = createCorpus(2);
  const [endMs, textMs]: [number[], number[]] = [[], []];
  for (let each = 0; each < savedAnswers; each += 1) {
    const messageId = uuidv7();
    await database.startTurn({
      ...{ conversationId: uuidv7(), questionId: uuidv7(), answerId: messageId, parentId: null, now: Date.now() },
      ...{ newConversation: { title: 'A title', origin: 'window' }, text: corpus.message(each, false) },
      facts: { modelName: 'Bench', modelSha256: null, presetId: 'k50', parameters: presets.k50, seed: each },
    });
    const text = corpus.message(each, true);
    const startedMs = performance.now();
    await database.saveAnswerText(messageId, text);
    const savedMs = performance.now();
    await database.finishAnswer({
      ...{ messageId, text, status: 'complete', errorCode: null, now: Date.now() },
      facts: { stopReason: 'end-of-text' },
    });
    endMs.push(performance.now() - savedMs);
    textMs.push(savedMs - startedMs);
  }
  return { endMs, textMs };
}

export interface SearchFigures extends Filled {
  messages: number;
  /** Median of the slowest query of each kind. */
  firstMs: Record<Kind, number>;
  absentPhraseMs: number;
  longestCallMs: number;
  answerEndMs: number;
  worstAnswerEndMs: number;
  answerTextMs: number;
}

/** Fills a database in `folder` and searches it; every query in every round. */
export async function measureSearch(folder: string, conversations: number, rounds: number): Promise<SearchFigures> {
  const databasePath = join(folder, 'search.sqlite3');
  const filled = fillDatabase(databasePath, conversations);
  note(`search: ${String(conversations * messagesEach)} messages, indexed in ${filled.indexingSeconds.toFixed(0)} s`);
  const database = await openDatabaseClient({ databasePath, workerUrl });
  try {
    const all = Object.values(queries).flat();
    const timings = new Map(all.map((query) => [query, [] as Timing[]]));
    const absent: Timing[] = [];
    // The first round fills caches; it is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      for (const query of all) {
        const timing = await find(database, query);
        if (round > 0) timings.get(query)?.push(timing);
      }
      const timing = await find(database, absentPhrase);
      if (round > 0) absent.push(timing);
    }
    const firstOf = (query: string): number => median((timings.get(query) ?? []).map(({ firstMs }) => firstMs));
    for (const query of all) note(`  ${query}: ${firstOf(query).toFixed(1)} ms`);
    const slowestOf = (kind: Kind): number => Math.max(...queries[kind].map(firstOf));
    const { endMs, textMs } = await saveAnswers(database);
    return {
      ...filled,
      messages: conversations * messagesEach,
      firstMs: {
        common: slowestOf('common'),
        rare: slowestOf('rare'),
        several: slowestOf('several'),
        phrase: slowestOf('phrase'),
        short: slowestOf('short'),
        none: slowestOf('none'),
      },
      absentPhraseMs: median(absent.map(({ firstMs }) => firstMs)),
      longestCallMs: Math.max(...[...timings.values(), absent].flat().map((timing) => timing.longestCallMs)),
      answerEndMs: median(endMs),
      worstAnswerEndMs: Math.max(...endMs),
      answerTextMs: median(textMs),
    };
  } finally {
    await database.close();
  }
}
