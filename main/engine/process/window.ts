import { AppError } from '../../../preload/contract/errors.ts';
import type { GenerateRequest, Turn, WindowMeasure } from '../protocol.ts';
import { fitWindow, promptBudget, type TurnSize, type WindowFit } from './context-window.ts';
import { buildPrompt, tokenizeTurn, type Prompt, type Token, type Vocabulary } from './prompt.ts';
import type { Replies } from './replies.ts';

/** What the window of a model depends on. */
export interface WindowOf {
  vocabulary: Vocabulary;
  replies: Replies;
  contextTokens: number;
}

/** The prompt of a request, cut to the window. */
export interface FittedPrompt {
  tokens: Token[];
  firstVisibleTurnId: string;
  answerSoFar: Token[];
}

function fitOf(turns: readonly Turn[], prompt: Prompt, { vocabulary, contextTokens }: WindowOf): WindowFit {
  const sizes = turns.map(({ role }, index): TurnSize => ({ role, tokens: prompt.turns[index]?.length ?? 0 }));
  const emptyOpening = vocabulary.frame.answer.before.length;
  const fixed = { startTokens: prompt.start.length, openingTokens: emptyOpening };
  return fitWindow(sizes, prompt.opening.length, contextTokens, fixed);
}

/** @throws AppError `prompt-too-long`, with the numbers */
export function fitPrompt(window: WindowOf, request: GenerateRequest): FittedPrompt {
  const { vocabulary, replies } = window;
  const { turns } = request;
  const answerSoFar =
    replies.find({ id: request.answerId, text: request.answerSoFar }) ??
    tokenizeTurn(vocabulary, vocabulary.frame.answer, request.answerSoFar);
  const prompt = buildPrompt(vocabulary, turns, answerSoFar, (turn) => replies.find(turn));
  const fit = fitOf(turns, prompt, window);
  const firstVisible = fit.fits ? turns[fit.firstVisible] : undefined;
  if (!fit.fits || firstVisible === undefined) {
    const { usedTokens, limitTokens } = fit.fits ? { usedTokens: 0, limitTokens: 0 } : fit;
    throw new AppError(
      'prompt-too-long',
      `This is ${String(usedTokens)} tokens long; the model can read at most ${String(limitTokens)} at once. ` +
        'Shorten it and ask again.',
      { usedTokens, limitTokens },
    );
  }
  return {
    tokens: [...prompt.start, ...prompt.turns.slice(fit.firstVisible).flat(), ...prompt.opening],
    firstVisibleTurnId: firstVisible.id,
    answerSoFar,
  };
}

const draftId = 'draft';

/** A conversation with the draft as its newest question. */
function withDraft(window: WindowOf, turns: Turn[], draft: string): { prompt: Prompt; fit: WindowFit } {
  const all: Turn[] = [...turns, { id: draftId, role: 'prompter', text: draft }];
  const prompt = buildPrompt(window.vocabulary, all, [], (turn) => window.replies.find(turn));
  return { prompt, fit: fitOf(all, prompt, window) };
}

/**
 * How a draft would fit: by the same functions that build the prompt, so what is shown is what will be read. A draft
 * counts with its marks and the opening of its answer; while there is none, it counts nothing.
 */
export function measureDraft(window: WindowOf, turns: Turn[], draft: string): WindowMeasure {
  const { prompt, fit } = withDraft(window, turns, draft);
  const newestTokens = (prompt.turns.at(-1)?.length ?? 0) + prompt.opening.length;
  const draftTokens = draft === '' ? 0 : newestTokens;
  const limitTokens = promptBudget(window.contextTokens);
  if (!fit.fits) return { historyTokens: 0, draftTokens, limitTokens, firstVisibleTurnId: null, fits: false };
  const firstVisibleTurnId = fit.firstVisible < turns.length ? (turns[fit.firstVisible]?.id ?? null) : null;
  return { historyTokens: fit.promptTokens - newestTokens, draftTokens, limitTokens, firstVisibleTurnId, fits: true };
}

/**
 * The beginning of the prompt that a question with this draft will have: all visible turns, and of the draft what is
 * unlikely to change, its whole words. Null when the draft is too long.
 */
export function stablePrefix(window: WindowOf, turns: Turn[], draft: string): Token[] | null {
  const { prompt, fit } = withDraft(window, turns, draft);
  if (!fit.fits) return null;
  // The last word may grow, and a word that grows is spelled by other tokens.
  const lastWord = draft.split(/\s/).at(-1) ?? '';
  const wholeWords = draft.slice(0, draft.length - lastWord.length).trimEnd();
  const { question } = window.vocabulary.frame;
  return [
    ...prompt.start,
    ...prompt.turns.slice(fit.firstVisible, -1).flat(),
    ...question.before,
    ...tokenizeTurn(window.vocabulary, question, wholeWords),
  ];
}
