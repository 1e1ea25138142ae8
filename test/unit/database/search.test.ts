import { beforeEach, describe, expect, it } from 'vitest';
import type Database from 'better-sqlite3';
import { createOperations } from '../../../main/database/operations.ts';
import type { DatabaseOperations, NewTurn } from '../../../main/database/protocol.ts';
import type { SearchFilters, SearchHit, SearchPage } from '../../../preload/contract/search.ts';
import {
  answerFacts,
  codeOf,
  completeOutcome,
  newId,
  newTurn,
  nextTurn,
  openMemoryDatabase,
} from '../../support/database.ts';

let db: Database.Database;
let operations: DatabaseOperations;

beforeEach(() => {
  db = openMemoryDatabase();
  operations = createOperations(db, () => 5_000);
});

/** A question with its answer, in a conversation that has a title of its own. */
function ask(text: string, answer: string, changes: Partial<NewTurn> = {}): NewTurn {
  const turn = newTurn({ newConversation: { title: 'Untitled', origin: 'window' }, ...changes, text });
  operations.startTurn(turn);
  operations.finishAnswer(completeOutcome(turn.answerId, { text: answer, now: turn.now }));
  return turn;
}

const page = (query: string, filters: SearchFilters = {}, cursor: string | null = null, limit = 100): SearchPage =>
  operations.findText({ query, filters, cursor, limit });

/** Everything that is found, page by page. */
function findAll(query: string, filters: SearchFilters = {}, limit = 100): SearchHit[] {
  const hits: SearchHit[] = [];
  let cursor: string | null = null;
  do {
    const found = page(query, filters, cursor, limit);
    expect(found.hits.length).toBeLessThanOrEqual(limit);
    hits.push(...found.hits);
    cursor = found.next;
  } while (cursor !== null);
  return hits;
}

/** Ids of the messages that are found, or the titles. */
const found = (query: string, filters: SearchFilters = {}): string[] =>
  findAll(query, filters).map(({ messageId, title }) => messageId ?? title);

describe('a search', () => {
  it('finds questions and answers by all of their words, whole or in part, in any order', () => {
    const turn = ask('What is a meme?', 'An idea that spreads from person to person.');
    ask('What is a person?', 'Somebody.');
    expect(found('idea person')).toEqual([turn.answerId]);
    expect(found('pers spread')).toEqual([turn.answerId]);
    expect(found('"person to person"')).toEqual([turn.answerId]);
    expect(found('"to person from"')).toEqual([]);
    expect(found('what meme')).toEqual([turn.questionId]);
    expect(found('meme person')).toEqual([]);
  });

  it('passes over case and accents, in every script that has them', () => {
    const turn = ask('Où est le CAFÉ?', 'Он на улице Мира. ΤΈΛΟΣ');
    expect(found('cafe')).toEqual([turn.questionId]);
    expect(found('OU')).toEqual([turn.questionId]);
    expect(found('мира')).toEqual([turn.answerId]);
    expect(found('τέλος')).toEqual([turn.answerId]);
    expect(found('café')).toEqual([turn.questionId]);
  });

  it.each([
    ['one character', '猫'],
    ['two', 'が好'],
    ['the last one', 'き'],
    ['the last two', '好き'],
    ['all', '猫が好き'],
    ['some in two places', '猫 好き'],
  ])('finds what has no blanks between words: %s', (_what, query) => {
    const turn = ask('猫が好き', '私も');
    expect(found(query)).toEqual([turn.questionId]);
    expect(found(`${query}ね`)).toEqual([]);
  });

  it('finds short terms in texts that are as short', () => {
    const turn = ask('C', 'No.');
    expect(found('c')).toEqual([turn.questionId]);
    expect(found('c no')).toEqual([]);
    expect(found('o.')).toEqual([turn.answerId]);
  });

  it('finds phrases over the end of a line', () => {
    const turn = ask('Say something.', 'first line\nsecond line');
    expect(found('"line second"')).toEqual([turn.answerId]);
  });

  it('finds titles first, then messages, the newest first', () => {
    const first = ask('A tree?', 'A graph.', { newConversation: { title: 'Trees', origin: 'window' } });
    const second = ask('Which tree?', 'An oak.', {
      newConversation: { title: 'More trees', origin: 'window' },
      now: 2_000,
    });
    expect(findAll('tree')).toMatchObject([
      { conversationId: second.conversationId, title: 'More trees', messageId: null, role: null, at: 2_000 },
      { conversationId: first.conversationId, title: 'Trees', messageId: null, at: 1_000 },
      {
        messageId: second.questionId,
        title: 'More trees',
        role: 'prompter',
        at: 2_000,
        isArchived: false,
        origin: 'window',
      },
      { messageId: first.questionId, title: 'Trees', role: 'prompter', at: 1_000 },
    ]);
    expect(page('oak').hits[0]?.snippet).toEqual([
      { text: 'An ', isMatch: false },
      { text: 'oak', isMatch: true },
      { text: '.', isMatch: false },
    ]);
  });

  it('finds every branch, and what was renamed by its new name', () => {
    const turn = ask('A tree?', 'A graph.');
    const instead = ask('An apple tree?', 'A plant.', { conversationId: turn.conversationId, newConversation: null });
    expect(found('tree')).toEqual([instead.questionId, turn.questionId]);
    operations.renameConversation(turn.conversationId, 'Botany');
    expect(found('untitled')).toEqual([]);
    expect(found('bota')).toEqual(['Botany']);
  });

  it('finds an answer once it has ended, and not while it goes on', () => {
    const turn = newTurn({ text: 'Go on' });
    operations.startTurn(turn);
    operations.saveAnswerText(turn.answerId, 'half an answer');
    for (const query of ['half', 'ha']) expect(found(query)).toEqual([]);
    operations.finishAnswer(completeOutcome(turn.answerId, { text: 'half an answer', status: 'stopped' }));
    for (const query of ['half', 'ha']) expect(found(query)).toEqual([turn.answerId]);
    operations.resumeAnswer(turn.answerId);
    for (const query of ['half', 'ha']) expect(found(query)).toEqual([]);
    operations.saveAnswerText(turn.answerId, 'half an answer and more');
    operations.interruptUnfinished();
    expect(found('half')).toEqual([turn.answerId]);
    expect(found('more')).toEqual([turn.answerId]);
  });

  it('finds nothing that is deleted, until it is restored', () => {
    const turn = ask('A tree?', 'A graph.', { newConversation: { title: 'Trees', origin: 'window' } });
    const instead = ask('An apple tree?', 'A plant.', { conversationId: turn.conversationId, newConversation: null });
    operations.deleteBranch(turn.questionId, 10);
    for (const query of ['tree', 'tr']) expect(found(query)).toEqual(['Trees', instead.questionId]);
    operations.deleteConversations([turn.conversationId], 20);
    for (const query of ['tree', 'tr']) expect(found(query)).toEqual([]);
    operations.restoreConversations([turn.conversationId]);
    operations.restoreBranch(turn.questionId);
    expect(found('tree')).toEqual(['Trees', instead.questionId, turn.questionId]);
  });

  it('finds nothing by nothing', () => {
    ask('A tree?', 'A graph.');
    for (const query of ['', ' ', '""', '\u0000']) expect(page(query)).toEqual({ hits: [], next: null });
  });
});

describe('filters', () => {
  let old: NewTurn;
  let rated: NewTurn;
  let other: NewTurn;

  beforeEach(() => {
    old = ask('An old word', 'A word', { now: 1_000 });
    rated = ask('A good word', 'A better word', {
      now: 2_000,
      newConversation: { title: 'Words', origin: 'quick-ask' },
    });
    operations.rateAnswer(rated.answerId, 1);
    other = ask('Another word', 'The other word', { now: 3_000, facts: { ...answerFacts, modelName: 'Other' } });
  });

  it('by time, of the message or of the conversation of a title', () => {
    expect(found('word', { fromMs: 1_001 })).toEqual([
      'Words',
      other.answerId,
      other.questionId,
      rated.answerId,
      rated.questionId,
    ]);
    expect(found('word', { untilMs: 1_000 })).toEqual([old.answerId, old.questionId]);
    expect(found('word', { fromMs: 2_000, untilMs: 2_000 })).toEqual(['Words', rated.answerId, rated.questionId]);
  });

  it('by model: its answers, and what was asked beside them', () => {
    expect(found('word', { modelName: 'Other' })).toEqual([other.answerId, other.questionId]);
    const mixed = ask('One more word', 'By the first', nextTurn(other, { now: 4_000 }));
    expect(found('word', { modelName: 'Other' })).toEqual([mixed.questionId, other.answerId, other.questionId]);
    expect(found('by the first', { modelName: 'Guide' })).toEqual([mixed.answerId]);
    expect(found('word', { modelName: 'Nobody' })).toEqual([]);
    expect(operations.listAnswerModels()).toEqual(['Guide', 'Other']);
  });

  it('by rating, which no title has', () => {
    expect(found('word', { isRated: true })).toEqual([rated.answerId]);
    expect(found('word', { isRated: false })).not.toContain(rated.answerId);
    operations.rateAnswer(rated.answerId, null);
    expect(found('word', { isRated: true })).toEqual([]);
  });

  it('by where a conversation was begun', () => {
    expect(found('word', { origin: 'quick-ask' })).toEqual(['Words', rated.answerId, rated.questionId]);
    expect(found('word', { origin: 'terminal' })).toEqual([]);
  });

  it('by what was made of the conversation', () => {
    const folderId = newId();
    operations.createFolder({ id: folderId, name: 'Folder', createdAt: 1 });
    operations.organiseConversations({ conversationIds: [old.conversationId], folderId, isPinned: true });
    operations.organiseConversations({ conversationIds: [rated.conversationId], isArchived: true });
    const ofOld = [old.answerId, old.questionId];
    expect(found('word', { folderId })).toEqual(ofOld);
    expect(found('word', { isPinned: true })).toEqual(ofOld);
    expect(found('word', { isPinned: false })).not.toContain(old.answerId);
    expect(found('word', { isArchived: true })).toEqual(['Words', rated.answerId, rated.questionId]);
    expect(found('word', { isArchived: false, isPinned: false })).toEqual([other.answerId, other.questionId]);
    expect(found('word', { isArchived: true, isPinned: true })).toEqual([]);
    expect(findAll('better')[0]).toMatchObject({ isArchived: true, origin: 'quick-ask' });
  });
});

describe('pages', () => {
  it('follow one another without a gap and without anything twice', () => {
    for (let each = 0; each < 25; each += 1)
      ask('A word', `Word ${String(each)}`, { newConversation: { title: 'Word', origin: 'window' } });
    for (const query of ['word', 'wo', 'o word', '"a word"']) {
      const whole = findAll(query);
      expect(new Set(whole.map(({ conversationId, messageId }) => messageId ?? conversationId)).size).toBe(
        whole.length,
      );
      expect(whole.length).toBeGreaterThanOrEqual(25);
      for (const limit of [1, 7, 50]) expect(findAll(query, {}, limit)).toEqual(whole);
    }
  });

  it('end where there is no more', () => {
    ask('A word', 'Nothing');
    expect(page('word', {}, null, 1).hits).toHaveLength(1);
    expect(page('word', {}, page('word', {}, null, 1).next, 1)).toEqual({ hits: [], next: null });
    expect(page('word').next).toBeNull();
  });

  it.each(['', 'messages', 'messages:-1', 'messages:1e3', 'titles:99999999999999999', 'other:1', 'titles:1;'])(
    'do not begin at %j',
    (cursor) => {
      expect(codeOf(() => page('word', {}, cursor))).toBe('invalid-input');
      expect(codeOf(() => page('', {}, cursor))).toBe('invalid-input');
    },
  );

  it('hold what a bounded number of rows brings, and lead to the rest', () => {
    const { conversationId, questionId } = ask('needle', 'Nothing');
    const insert = db.prepare<[string, string, string]>(
      // All trigrams of the word, and not the word.
      `INSERT INTO messages (id, conversation_id, parent_id, role, text, status, created_at)
        VALUES (?, ?, ?, 'assistant', 'nee eed edl dle', 'complete', 1)`,
    );
    db.transaction(() => {
      for (let each = 0; each < 3_000; each += 1) insert.run(newId(), conversationId, questionId);
    })();
    const first = page('needle');
    expect(first.hits).toEqual([]);
    expect(first.next).not.toBeNull();
    expect(found('needle')).toEqual([questionId]);
    expect(found('needle', { fromMs: 1 })).toEqual([questionId]);
  });
});
