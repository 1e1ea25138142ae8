import type { PromptFormat, TurnTexts } from '../../../preload/contract/library.ts';
import type { Markers } from './markers.ts';
import type { PromptFrame, ReplyEnd, Token, TurnFrame } from './prompt.ts';
import type { Spelling } from './spelling.ts';

/** What a prompt format is spelled with. */
export interface FrameSource {
  spelling: Spelling;
  /** The token that the file wants before every prompt; null when it wants none. */
  bos: Token | null;
  controls: ReadonlySet<Token>;
  /** End-of-generation tokens, as llama.cpp knows them. */
  endTokens: readonly Token[];
  /** Open-Assistant's marks, where the file has them. */
  markers: Markers | null;
}

function openAssistantFrame({ prompter, assistant, endOfText }: Markers): Omit<PromptFrame, 'ends'> {
  return {
    start: [],
    question: { before: [prompter], space: '', after: [endOfText] },
    answer: { before: [assistant], space: '', after: [endOfText] },
  };
}

/** A space that ends what stands before a text goes over to the text, as it does where both are tokenized together. */
function splitSpace(before: string): { mark: string; space: TurnFrame['space'] } {
  const endsInOne = before.endsWith(' ') && !before.endsWith('  ');
  return endsInOne ? { mark: before.slice(0, -1), space: ' ' } : { mark: before, space: '' };
}

/** The tokens of a text that nothing, or only control tokens, stand before. */
function spelledFirst(text: string, { tokenizeWhole }: Spelling): Token[] {
  return text === '' ? [] : tokenizeWhole(text, true);
}

function chatTemplateFrame(texts: TurnTexts, source: FrameSource): Omit<PromptFrame, 'ends'> {
  const { spelling, controls, bos } = source;
  const spelled = (text: string): Token[] => spelling.tokenize(text, true);
  const start = spelledFirst(texts.start, spelling);
  const question = splitSpace(texts.beforeQuestion);
  const answer = splitSpace(texts.beforeAnswer);
  const isFirst = start.every((token) => controls.has(token));
  const before = isFirst ? spelledFirst(question.mark, spelling) : spelled(question.mark);
  const [first] = [...start, ...before];
  return {
    start: bos === null || first === bos ? start : [bos, ...start],
    question: { before, space: question.space, after: spelled(texts.afterQuestion) },
    answer: { before: spelled(answer.mark), space: answer.space, after: spelled(texts.afterAnswer) },
  };
}

function completionFrame({ spelling, bos }: FrameSource): Omit<PromptFrame, 'ends'> {
  return {
    start: bos === null ? [] : [bos],
    question: { before: [], space: '', after: [] },
    answer: { before: [], space: '', after: spelling.tokenize('\n', false) },
  };
}

function around(format: PromptFormat, source: FrameSource): Omit<PromptFrame, 'ends'> {
  switch (format.kind) {
    case 'open-assistant':
      if (source.markers === null) throw new Error('The marks have to be looked up first.');
      return openAssistantFrame(source.markers);
    case 'chat-template':
      return chatTemplateFrame(format.texts, source);
    case 'completion':
      return completionFrame(source);
  }
}

/** Spells a prompt format in the tokens of one model. */
export function createFrame(format: PromptFormat, source: FrameSource): PromptFrame {
  const frame = around(format, source);
  const { controls, endTokens, markers } = source;
  const ends = new Map<Token, ReplyEnd>();
  for (const token of markers?.all ?? []) ends.set(token, 'marker');
  if (format.kind === 'chat-template') {
    const firstControl = (tokens: readonly Token[]): Token | undefined => tokens.find((token) => controls.has(token));
    const nextTurn = firstControl(frame.question.before);
    const ownEnd = firstControl(frame.answer.after);
    if (nextTurn !== undefined) ends.set(nextTurn, 'marker');
    if (ownEnd !== undefined) ends.set(ownEnd, 'end-of-text');
  }
  if (markers !== null) ends.set(markers.endOfText, 'end-of-text');
  for (const token of endTokens) ends.set(token, 'end-of-text');
  return { ...frame, ends };
}
