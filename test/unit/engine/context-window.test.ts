import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitWindow, promptBudget, type TurnSize } from '../../../main/engine/process/context-window.ts';

const contextTokens = 2048;
const limit = promptBudget(contextTokens);

it('keeps 512 tokens for the reply, and less in a window that is hardly larger', () => {
  expect([2048, 1024, 812].map(promptBudget)).toEqual([1536, 512, 300]);
  expect([600, 64, 1].map(promptBudget)).toEqual([150, 16, 1]);
});

/** Lengths around everything that matters: tiny turns, whole replies, and questions that nearly fill the window. */
const length = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 3, max: 200 }) },
  { weight: 3, arbitrary: fc.integer({ min: 3, max: 1026 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1000, max: limit + 20 }) },
);
function turnsOf(exchanges: readonly { question: number; answer: number; answered: boolean }[]): TurnSize[] {
  return exchanges.flatMap(({ question, answer, answered }): TurnSize[] => [
    { role: 'prompter', tokens: question },
    ...(answered ? [{ role: 'assistant' as const, tokens: answer }] : []),
  ]);
}

/** The same branch as it was each time a question was asked. */
function stages(turns: readonly TurnSize[]): TurnSize[][] {
  return turns.flatMap(({ role }, index) => (role === 'prompter' ? [turns.slice(0, index + 1)] : []));
}

const branch = fc
  .array(
    fc.record({
      question: length,
      answer: length.map((tokens) => Math.min(tokens, 1026)),
      // An answer that failed without a word is left out of the branch.
      answered: fc.boolean(),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map(turnsOf)
  .map((turns) => (turns.at(-1)?.role === 'assistant' ? turns.slice(0, -1) : turns));

describe('fitWindow', () => {
  it('keeps a short conversation whole', () => {
    const turns: TurnSize[] = [
      { role: 'prompter', tokens: 10 },
      { role: 'assistant', tokens: 100 },
      { role: 'prompter', tokens: 12 },
    ];
    expect(fitWindow(turns, 1, contextTokens)).toEqual({ fits: true, firstVisible: 0, promptTokens: 123 });
  });

  it('takes a prompt that fills its budget to the last token, and refuses one token more with its numbers', () => {
    const turns: TurnSize[] = [{ role: 'prompter', tokens: limit - 1 }];
    expect(fitWindow(turns, 1, contextTokens)).toEqual({ fits: true, firstVisible: 0, promptTokens: limit });
    const refused = { fits: false, usedTokens: limit + 1, limitTokens: limit };
    expect(fitWindow([{ role: 'prompter', tokens: limit }], 1, contextTokens)).toEqual(refused);
    expect(fitWindow(turns, 2, contextTokens), 'the answer so far counts as well').toEqual(refused);
  });

  it('drops the oldest turns in one large step', () => {
    const turns = turnsOf(Array.from({ length: 30 }, () => ({ question: 50, answer: 100, answered: true }))).slice(
      0,
      -1,
    );
    const starts = stages(turns).map((stage) => {
      const fit = fitWindow(stage, 1, contextTokens);
      return fit.fits ? fit.firstVisible : -1;
    });
    const moves = starts.filter((start, index) => index > 0 && start !== starts[index - 1]).length;
    expect(starts.at(-1)).toBeGreaterThan(30);
    expect(moves).toBeLessThan(7);
  });

  it('does not open with an answer whose question had to go', () => {
    const turns: TurnSize[] = [
      { role: 'prompter', tokens: 700 },
      { role: 'assistant', tokens: 1000 },
      { role: 'prompter', tokens: 10 },
    ];
    expect(fitWindow(turns, 1, contextTokens)).toEqual({ fits: true, firstVisible: 2, promptTokens: 11 });
  });

  it('shows whole turns within the budget, beginning with a question', () => {
    fc.assert(
      fc.property(branch, fc.integer({ min: 1, max: 900 }), (turns, opening) => {
        const fit = fitWindow(turns, opening, contextTokens);
        const newest = (turns.at(-1)?.tokens ?? 0) + opening;
        if (!fit.fits) {
          expect(fit).toEqual({ fits: false, usedTokens: newest, limitTokens: limit });
          expect(newest).toBeGreaterThan(limit);
          return;
        }
        const visible = turns.slice(fit.firstVisible);
        expect(visible[0]?.role).toBe('prompter');
        expect(fit.promptTokens).toBe(visible.reduce((sum, { tokens }) => sum + tokens, 0) + opening);
        expect(fit.promptTokens).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 2000 },
    );
  });

  it('never moves its start back while a conversation grows, and depends on nothing but the lengths', () => {
    fc.assert(
      fc.property(branch, (turns) => {
        let previous = 0;
        for (const stage of stages(turns)) {
          const fit = fitWindow(stage, 1, contextTokens);
          expect(fitWindow(structuredClone(stage), 1, contextTokens)).toEqual(fit);
          if (!fit.fits) continue;
          expect(fit.firstVisible).toBeGreaterThanOrEqual(previous);
          previous = fit.firstVisible;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is where a continued answer left it when the next question comes', () => {
    fc.assert(
      fc.property(branch, fc.integer({ min: 1, max: 600 }), fc.integer({ min: 0, max: 400 }), (turns, soFar, more) => {
        const continued = fitWindow(turns, 1 + soFar, contextTokens);
        const next = fitWindow(
          [...turns, { role: 'assistant', tokens: soFar + more + 2 }, { role: 'prompter', tokens: 5 }],
          1,
          contextTokens,
        );
        if (continued.fits && next.fits) expect(next.firstVisible).toBeGreaterThanOrEqual(continued.firstVisible);
      }),
      { numRuns: 2000 },
    );
  });

  it('costs nothing worth speaking of for a conversation of thousands of turns', () => {
    const turns = turnsOf(Array.from({ length: 10_000 }, () => ({ question: 9, answer: 90, answered: true })));
    const startedMs = performance.now();
    fitWindow(turns.slice(0, -1), 1, contextTokens);
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });
});
