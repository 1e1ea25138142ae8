import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReplies } from '../../../main/engine/process/replies.ts';
import { fitPrompt, measureDraft, stablePrefix, type WindowOf } from '../../../main/engine/process/window.ts';
import type { GenerateRequest, Turn } from '../../../main/engine/protocol.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import { presets } from '../../../preload/contract/presets.ts';
import { templateFrame, wordsOf, wordVocabulary } from './fake-sequences.ts';

/** Room for a prompt of 200 tokens; after a drop 120 of them are used at most. */
const contextTokens = 712;
const limitTokens = 200;
/** Its mark, its end, and the mark that opens the answer: counted as soon as there is a draft. */
const emptyQuestionTokens = 3;

function windowOf(): WindowOf {
  return { vocabulary: wordVocabulary(), replies: createReplies(), contextTokens };
}

/** What is sent when the draft is. */
function request(turns: Turn[], draft: string, answerSoFar = ''): GenerateRequest {
  return {
    kind: 'generate',
    id: 1,
    conversationId: 'c',
    turns: [...turns, { id: 'new', role: 'prompter', text: draft }],
    answerId: 'answer',
    answerSoFar,
    parameters: presets.k50,
    seed: 1,
  };
}

function conversation(lengths: readonly number[]): Turn[] {
  return lengths.map((words, index) => ({
    id: `t${index}`,
    role: index % 2 === 0 ? 'prompter' : 'assistant',
    text: wordsOf(`w${index}-`, words),
  }));
}

/** An even number of turns: each question with its answer. */
const turnsArbitrary = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 60 })), { maxLength: 12 })
  .map((exchanges) => conversation(exchanges.flat()));
const space = fc.constantFrom(' ', '  ', '\n', '\n\n', '\t', ' \n ');
const word = fc.constantFrom('a', 'is', 'meme', "don't", 'Zürich', '日本', '👩‍👧', '?', '…');
const draftArbitrary = fc
  .tuple(
    fc.option(space, { nil: '' }),
    fc.array(fc.tuple(word, space), { maxLength: 60 }),
    fc.option(word, { nil: '' }),
  )
  .map(([before, words, last]) => before + words.flat().join('') + last);

describe('a draft is measured', () => {
  it('as it will be sent', () => {
    fc.assert(
      fc.property(turnsArbitrary, draftArbitrary, (turns, draft) => {
        const window = windowOf();
        const measure = measureDraft(window, turns, draft);
        expect(measure).toMatchObject({ fits: true, limitTokens });
        const prompt = fitPrompt(window, request(turns, draft));
        const emptyDraftTokens = draft === '' ? emptyQuestionTokens : 0;
        expect(prompt.tokens.length).toBe(measure.historyTokens + measure.draftTokens + emptyDraftTokens);
        expect(prompt.firstVisibleTurnId).toBe(measure.firstVisibleTurnId ?? 'new');
        expect(measure.historyTokens + measure.draftTokens).toBeLessThanOrEqual(limitTokens);
      }),
    );
  });

  it('with the tokens that replies were written with', () => {
    const window = windowOf();
    const turns = conversation([5, 5]);
    const before = measureDraft(window, turns, 'and now');
    window.replies.remember('c', 't1', turns[1]?.text ?? '', [50, 51, 52, 53, 54, 55, 56, 57]);
    expect(measureDraft(window, turns, 'and now').historyTokens).toBe(before.historyTokens + 3);
    expect(fitPrompt(window, request(turns, 'and now')).tokens.length).toBe(
      before.historyTokens + before.draftTokens + 3,
    );
  });

  it('when there is nothing yet', () => {
    const empty = { historyTokens: 0, draftTokens: 0, limitTokens, firstVisibleTurnId: null, fits: true };
    expect(measureDraft(windowOf(), [], '')).toEqual(empty);
    expect(measureDraft(windowOf(), [], 'What is a meme?')).toEqual({ ...empty, draftTokens: 7 });
  });

  it('and tells the oldest turn that would be seen', () => {
    const turns = conversation([20, 20, 20, 20, 20, 20]);
    expect(measureDraft(windowOf(), turns, 'short').firstVisibleTurnId).toBe('t0');
    const dropped = measureDraft(windowOf(), turns, wordsOf('d', 70));
    expect(dropped.firstVisibleTurnId).toBe('t4');
    // A window never opens with an answer, and it may come to hold nothing but the draft.
    expect(measureDraft(windowOf(), turns, wordsOf('d', 110)).firstVisibleTurnId).toBeNull();
    expect(measureDraft(windowOf(), turns, wordsOf('d', limitTokens - 3))).toMatchObject({
      fits: true,
      historyTokens: 0,
    });
  });

  it('as too long exactly when sending it is refused, with the same numbers', () => {
    const turns = conversation([20, 20]);
    for (const words of [limitTokens - 3, limitTokens - 2, limitTokens + 100]) {
      const window = windowOf();
      const draft = wordsOf('d', words);
      const measure = measureDraft(window, turns, draft);
      expect(measure).toMatchObject({ draftTokens: words + 3, limitTokens, fits: words <= limitTokens - 3 });
      if (measure.fits) {
        expect(fitPrompt(window, request(turns, draft)).tokens.length).toBe(
          measure.historyTokens + measure.draftTokens,
        );
        continue;
      }
      expect(measure).toMatchObject({ historyTokens: 0, firstVisibleTurnId: null });
      expect(stablePrefix(window, turns, draft)).toBeNull();
      const send = (): unknown => fitPrompt(window, request(turns, draft));
      expect(send).toThrow(AppError);
      expect(send).toThrow(
        expect.objectContaining({
          code: 'prompt-too-long',
          details: { usedTokens: measure.draftTokens, limitTokens },
        }) as Error,
      );
    }
  });
});

describe('what is read ahead', () => {
  it('is the beginning of the prompt, however the draft goes on', () => {
    fc.assert(
      fc.property(
        turnsArbitrary,
        draftArbitrary,
        fc.constantFrom('', 'er', '!', ' and more', '\nso'),
        (turns, draft, rest) => {
          const window = windowOf();
          const prefix = stablePrefix(window, turns, draft);
          const { tokens, firstVisibleTurnId } = fitPrompt(window, request(turns, draft + rest));
          const firstVisible = measureDraft(window, turns, draft).firstVisibleTurnId ?? 'new';
          // More words may push turns out of the window; then another prefix is due.
          if (prefix !== null && firstVisible === firstVisibleTurnId)
            expect(tokens.slice(0, prefix.length)).toEqual(prefix);
        },
      ),
    );
  });

  it('holds all turns that are seen and all words but the last', () => {
    const window = windowOf();
    const turns = conversation([5, 5]);
    const measure = measureDraft(window, turns, 'What is a mem');
    const prefix = stablePrefix(window, turns, 'What is a mem') ?? [];
    expect(prefix.length).toBe(measure.historyTokens + 1 + 3);
    expect(stablePrefix(window, turns, '')?.length, 'the question can be opened at once').toBe(
      measure.historyTokens + 1,
    );
    expect(stablePrefix(window, turns, 'What')?.length).toBe(measure.historyTokens + 1);
    expect(stablePrefix(window, turns, 'What ')?.length, 'a word with a space behind it is done').toBe(
      measure.historyTokens + 2,
    );
  });

  it('is found at once, whatever is typed', () => {
    for (const draft of [
      `${' '.repeat(60_000)}x y`,
      `${'x'.repeat(60_000)} y`,
      'x '.repeat(100),
      '\n'.repeat(60_000),
    ]) {
      const startedMs = performance.now();
      expect(stablePrefix(windowOf(), [], draft)).not.toBeNull();
      expect(performance.now() - startedMs).toBeLessThan(500);
    }
  });
});

it('a continued answer is part of the prompt and counts against the window', () => {
  const window = windowOf();
  const turns = conversation([10, 10]);
  const fresh = fitPrompt(window, request(turns, 'go on'));
  const continued = fitPrompt(window, request(turns, 'go on', wordsOf('so', 30)));
  expect(continued.tokens.slice(0, fresh.tokens.length)).toEqual(fresh.tokens);
  expect(continued.tokens.length).toBe(fresh.tokens.length + 30);
  expect(continued.answerSoFar.length).toBe(30);
});

describe('a format with a beginning', () => {
  const template = (): WindowOf => ({ ...windowOf(), vocabulary: wordVocabulary(templateFrame) });

  it('begins every prompt with it, and counts it, however many turns have left', () => {
    fc.assert(
      fc.property(turnsArbitrary, draftArbitrary, (turns, draft) => {
        const window = template();
        const { tokens, firstVisibleTurnId } = fitPrompt(window, request(turns, draft));
        const measure = measureDraft(window, turns, draft);
        // The question in its frame, and the opening of the answer.
        const emptyDraftTokens = draft === '' ? 2 + 1 + 2 : 0;
        expect(tokens.slice(0, 4)).toEqual([...templateFrame.start, ...templateFrame.question.before]);
        expect(tokens.slice(-2)).toEqual(templateFrame.answer.before);
        expect(tokens.length).toBe(measure.historyTokens + measure.draftTokens + emptyDraftTokens);
        expect(tokens.length).toBeLessThanOrEqual(limitTokens);
        expect(measure.firstVisibleTurnId ?? 'new').toBe(firstVisibleTurnId);
        const prefix = stablePrefix(window, turns, draft) ?? [];
        expect(tokens.slice(0, prefix.length)).toEqual(prefix);
      }),
    );
  });
});
