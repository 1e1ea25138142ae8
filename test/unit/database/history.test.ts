import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DatabaseOperations } from '../../../main/database/protocol.ts';
import { turnsOf } from '../../../main/services/turns.ts';
import { branchOf, completeOutcome, memoryOperations, newTurn, nextTurn } from '../../support/database.ts';

const windowTokens = 2048;

interface Exchange {
  question: string;
  answer: string;
  /** How many exchanges back the oldest question lies that the answer saw; null while unknown. */
  sawBack: number | null;
  windowTokens: number;
}

function converse(operations: DatabaseOperations, exchanges: readonly Exchange[]) {
  const turns: ReturnType<typeof newTurn>[] = [];
  exchanges.forEach(({ question, answer, sawBack, ...window }, index) => {
    const previous = turns.at(-1);
    const turn = previous === undefined ? newTurn({ text: question }) : nextTurn(previous, { text: question });
    turns.push(turn);
    operations.startTurn(turn);
    const oldest = sawBack === null ? null : (turns[Math.max(0, index - sawBack)]?.questionId ?? null);
    const facts = { stopReason: 'marker', firstVisibleMessageId: oldest, ...window } as const;
    operations.finishAnswer(completeOutcome(turn.answerId, { text: answer, facts }));
  });
  return turns;
}

const unknown = { sawBack: null, windowTokens };

describe('the history of a message', () => {
  it('is all of its path that the model may see', () => {
    const exchange = fc.record({
      question: fc.string({ minLength: 1, maxLength: 5 }),
      answer: fc.string({ maxLength: 5 }),
      sawBack: fc.option(fc.nat(8)),
      windowTokens: fc.constantFrom(windowTokens, windowTokens, 1024),
    });
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 1, maxLength: 20 }), (exchanges) => {
        const operations = memoryOperations();
        const turns = converse(operations, exchanges);
        const last = turns.at(-1) ?? newTurn();
        const branch = branchOf(operations, last.conversationId);
        for (const [end, path] of [
          [last.answerId, branch],
          [last.questionId, branch.slice(0, -1)],
        ] as const) {
          const history = operations.getHistory(end, windowTokens);
          expect(history.at(-1)?.id).toBe(end);
          expect(turnsOf(history, windowTokens)).toEqual(turnsOf(path, windowTokens));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('begins with the oldest that the newest answer saw', () => {
    const operations = memoryOperations();
    const exchanges = Array.from({ length: 30 }, (_, index) => {
      return { question: `Question ${index}?`, answer: 'Yes.', sawBack: 3, windowTokens };
    });
    const turns = converse(operations, exchanges);
    const history = operations.getHistory(turns[29]?.answerId ?? '', windowTokens);
    expect(history.map(({ id }) => id)[0]).toBe(turns[26]?.questionId);
    expect(history).toHaveLength(8);
    // In a window of another size more of it may be seen.
    expect(operations.getHistory(turns[29]?.answerId ?? '', 1024)).toHaveLength(60);
  });

  it('is no longer than what a window can hold, however long the branch is', () => {
    const operations = memoryOperations();
    const turns = converse(operations, Array(400).fill({ question: 'Q?', answer: 'A.', ...unknown }) as Exchange[]);
    const last = turns.at(-1) ?? newTurn();
    const draft = operations.getHistory(last.answerId, 300);
    expect(draft).toHaveLength(200);
    const next = nextTurn(last, { text: 'And then? '.repeat(10_000) });
    operations.startTurn(next);
    const asked = operations.getHistory(next.questionId, 300);
    expect(asked.slice(0, -1), 'a draft is read behind the same messages as its question').toEqual(draft);
    expect(asked.at(-1)?.id).toBe(next.questionId);
  });

  it('is no longer than what a window can hold, however long the texts are', () => {
    const operations = memoryOperations();
    const long = { question: 'Q?', answer: 'x'.repeat(10_000), ...unknown };
    const turns = converse(operations, Array(20).fill(long) as Exchange[]);
    const last = turns.at(-1) ?? newTurn();
    const draft = operations.getHistory(last.answerId, 500);
    expect(draft.map(({ text }) => text.length)).toEqual(
      [10_000, 2, 10_000, 2, 10_000, 2, 10_000].slice(0, draft.length),
    );
    expect(draft.length).toBeLessThan(10);
    const next = nextTurn(last, { text: 'y'.repeat(50_000) });
    operations.startTurn(next);
    expect(operations.getHistory(next.questionId, 500).slice(0, -1)).toEqual(draft);
  });
});
