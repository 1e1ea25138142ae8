import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { configure } from '../../../main/database/connection.ts';
import { migrate } from '../../../main/database/migrations/index.ts';
import { createOperations } from '../../../main/database/operations.ts';
import type { DatabaseOperations } from '../../../main/database/protocol.ts';
import { answerFacts, codeOf, completeOutcome, newId, newTurn } from '../../support/database.ts';

/** So few different texts that queries often find something, of all the kinds that are treated differently. */
const unit = fc.constantFrom('a', 'a', 'B', 'é', 'e\u0301', '猫', '😀', ' ', '\n', '"', '\u0000', 'Σ');
const text = fc.string({ unit, maxLength: 12 });

/** One step; `pick` chooses what it acts on among what exists by then. */
const step = fc.record({
  verb: fc.constantFrom(
    ...([
      'ask',
      'ask',
      'ask',
      'goOn',
      'reply',
      'save',
      'finish',
      'finish',
      'resume',
      'interrupt',
      'rename',
      'purge',
    ] as const),
    ...(['deleteBranch', 'restoreBranch', 'delete', 'restore', 'eraseBranch', 'import', 'import', 'fork'] as const),
  ),
  pick: fc.nat(1_000),
  text,
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What there is to act on, deleted or not; an operation may refuse it. */
class Ids {
  readonly conversations: string[] = [];
  readonly questions: string[] = [];
  readonly answers: string[] = [];
}

const chosen = (ids: readonly string[], pick: number): string => ids[pick % Math.max(ids.length, 1)] ?? newId();

function run({ verb, pick, text: words }: Step, operations: DatabaseOperations, ids: Ids): void {
  const conversationId = chosen(ids.conversations, pick);
  const answerId = chosen(ids.answers, pick);
  switch (verb) {
    case 'ask': {
      const turn = newTurn({ text: words, newConversation: { title: words, origin: 'window' } });
      ids.conversations.push(turn.conversationId);
      ids.questions.push(turn.questionId);
      ids.answers.push(turn.answerId);
      operations.startTurn(turn);
      return;
    }
    case 'goOn': {
      const { conversationId: itsId } = operations.getMessage(answerId);
      const turn = newTurn({ conversationId: itsId, newConversation: null, parentId: answerId, text: words });
      operations.startTurn(turn);
      ids.questions.push(turn.questionId);
      ids.answers.push(turn.answerId);
      return;
    }
    case 'reply': {
      const { id: parentId, conversationId: itsId } = operations.getMessage(chosen(ids.questions, pick));
      const answers = [{ answerId: newId(), facts: answerFacts }];
      ids.answers.push(...answers.map((answer) => answer.answerId));
      operations.startReplies({ conversationId: itsId, parentId, answers, now: 1 });
      return;
    }
    case 'save':
      operations.saveAnswerText(answerId, words);
      return;
    case 'finish':
      operations.finishAnswer(completeOutcome(answerId, { text: words }));
      return;
    case 'resume':
      operations.resumeAnswer(answerId);
      return;
    case 'interrupt':
      operations.interruptUnfinished();
      return;
    case 'rename':
      operations.renameConversation(conversationId, words);
      return;
    case 'purge':
      operations.purgeDeleted(3);
      return;
    case 'deleteBranch':
      operations.deleteBranch(chosen([...ids.questions, ...ids.answers], pick), 5);
      return;
    case 'restoreBranch':
      operations.restoreBranch(chosen([...ids.questions, ...ids.answers], pick));
      return;
    case 'delete':
      operations.deleteConversations([conversationId], 1 + (pick % 5));
      return;
    case 'restore':
      operations.restoreConversations([conversationId]);
      return;
    case 'eraseBranch':
      operations.eraseTrash(operations.listTrash().slice(0, 1));
      return;
    case 'import': {
      const { conversations } = operations.readConversations([conversationId]);
      const [known] = conversations;
      if (known === undefined) return;
      const id = pick % 2 === 0 ? known.id : newId();
      operations.stageImport([{ ...known, id, messages: known.messages.map((each) => ({ ...each, text: words })) }]);
      operations.mergeStaged(pick % 3 === 0);
      operations.dropStaged();
      return;
    }
    case 'fork':
      operations.forkBranch(answerId, newId(), 2);
      return;
  }
}

function assertIndexesSound(db: Database.Database): void {
  // With a rank, FTS5 compares the index with the texts as well. It throws what it finds.
  db.exec(`INSERT INTO title_index (title_index, rank) VALUES ('integrity-check', 1)`);
  db.exec(`INSERT INTO message_index (message_index, rank) VALUES ('integrity-check', 1)`);
}

const plain = (each: string): string =>
  each
    .normalize('NFD')
    .replace(/[\p{Mn}\0]/gu, '')
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replaceAll('\n', ' ');

/** What has to be found, by looking at every text. */
function foundByReading(db: Database.Database, query: string): string[] {
  const terms = plain(query)
    .split(' ')
    .filter((term) => term !== '');
  if (terms.length === 0) return [];
  const titles = `SELECT id, title AS text FROM conversations WHERE deleted_at IS NULL ORDER BY search_seq DESC`;
  const messages = `SELECT m.id, m.text FROM messages AS m JOIN conversations AS c ON c.id = m.conversation_id
    WHERE c.deleted_at IS NULL AND m.deleted_with IS NULL AND m.status <> 'generating' ORDER BY m.seq DESC`;
  return [titles, messages].flatMap((sql) =>
    db
      .prepare<[], { id: string; text: string }>(sql)
      .all()
      .filter(({ text: each }) => terms.every((term) => plain(each).includes(term)))
      .map(({ id }) => id),
  );
}

/** What the search finds, page by page. */
function findAll(operations: DatabaseOperations, query: string, limit: number): string[] {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const page = operations.findText({ query, filters: {}, cursor, limit });
    found.push(...page.hits.map(({ conversationId, messageId }) => messageId ?? conversationId));
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

it('whatever is done, the indexes hold what is there, and a search finds what reading everything finds', () => {
  const query = fc.string({ unit: fc.constantFrom('a', 'b', 'E', '猫', '😀', 'σ', ' '), minLength: 1, maxLength: 4 });
  const queries = fc.array(fc.tuple(query, fc.integer({ min: 1, max: 4 })), { minLength: 12, maxLength: 12 });
  let hits = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), queries, (steps, asked) => {
      const db = new Database(':memory:');
      try {
        configure(db);
        migrate(db);
        const operations = createOperations(db, () => 1);
        const ids = new Ids();
        for (const each of steps) expect(codeOf(() => run(each, operations, ids))).not.toMatch(/^SQLITE/);
        assertIndexesSound(db);
        for (const [wanted, limit] of asked) {
          const found = findAll(operations, wanted, limit);
          expect(found).toEqual(foundByReading(db, wanted));
          hits += found.length;
        }
      } finally {
        db.close();
      }
    }),
    { numRuns: 150 },
  );
  expect(hits).toBeGreaterThan(200);
});

it('an index that does not hold what is there is noticed', () => {
  const db = new Database(':memory:');
  try {
    configure(db);
    migrate(db);
    createOperations(db).startTurn(newTurn({ text: 'A text' }));
    assertIndexesSound(db);
    db.exec(`INSERT INTO message_index (rowid, text) VALUES (99, 'Another text')`);
    expect(codeOf(() => assertIndexesSound(db))).toBe('SQLITE_CORRUPT_VTAB');
  } finally {
    db.close();
  }
});
