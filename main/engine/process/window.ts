import { AppError } from '../../../preload/contract/errors.ts';
import type { GenerateRequest, Turn, WindowMeasure } from '../protocol.ts';
import { fitWindow, promptBudget, type TurnSize } from './context-window.ts';
import { buildPrompt, tokenizeText, type Prompt, type Token, type Vocabulary } from './prompt.ts';
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

function sizesOf(turns: readonly Turn[], prompt: Prompt): TurnSize[] {
  return turns.map(({ role }, index) => ({ role, tokens: prompt.turns[index]?.length ?? 0 }));
}

/** @throws AppError `prompt-too-long`, with the numbers */
export function fitPrompt({ vocabulary, replies, contextTokens }: WindowOf, request: GenerateRequest): FittedPrompt {
  const { turns } = request;
  const answerSoFar =
    replies.find({ id: request.answerId, text: request.answerSoFar }) ?? tokenizeText(vocabulary, request.answerSoFar);
  const prompt = buildPrompt(vocabulary, turns, answerSoFar, (turn) => replies.find(turn));
  const fit = fitWindow(sizesOf(turns, prompt), prompt.opening.length, contextTokens);
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
    tokens: [...prompt.turns.slice(fit.firstVisible).flat(), ...prompt.opening],
    firstVisibleTurnId: firstVisible.id,
    answerSoFar,
  };
}

const draftId = 'draft';

/** How a draft would fit: by the same functions that build the prompt, so what is shown is what will be read. */
export function measureDraft(
  { vocabulary, replies, contextTokens }: WindowOf,
  turns: Turn[],
  draft: string,
): WindowMeasure {
  const all: Turn[] = [...turns, { id: draftId, role: 'prompter', text: draft }];
  const prompt = buildPrompt(vocabulary, all, [], (turn) => replies.find(turn));
  const sizes = sizesOf(all, prompt);
  const fit = fitWindow(sizes, prompt.opening.length, contextTokens);
  const draftTokens = (sizes.at(-1)?.tokens ?? 0) + prompt.opening.length;
  const limitTokens = promptBudget(contextTokens);
  if (!fit.fits) return { historyTokens: 0, draftTokens, limitTokens, firstVisibleTurnId: null, fits: false };
  const firstVisibleTurnId = fit.firstVisible < turns.length ? (turns[fit.firstVisible]?.id ?? null) : null;
  return { historyTokens: fit.promptTokens - draftTokens, draftTokens, limitTokens, firstVisibleTurnId, fits: true };
}

/**
 * The beginning of the prompt that a question with this draft will have: all visible turns, and of the draft what is
 * unlikely to change, its whole words. Null when the draft is too long.
 */
export function stablePrefix(
  { vocabulary, replies, contextTokens }: WindowOf,
  turns: Turn[],
  draft: string,
): Token[] | null {
  const all: Turn[] = [...turns, { id: draftId, role: 'prompter', text: draft }];
  const prompt = buildPrompt(vocabulary, all, [], (turn) => replies.find(turn));
  const fit = fitWindow(sizesOf(all, prompt), prompt.opening.length, contextTokens);
  if (!fit.fits) return null;
  // The last word may grow, and a word that grows is spelled by other tokens.
  const lastWord = draft.split(/\s/).at(-1) ?? '';
  const wholeWords = draft.slice(0, draft.length - lastWord.length).trimEnd();
  return [
    ...prompt.turns.slice(fit.firstVisible, -1).flat(),
    vocabulary.markers.prompter,
    ...tokenizeText(vocabulary, wholeWords),
  ];
}
