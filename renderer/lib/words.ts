import { pageNames } from '../../preload/contract/app-pages.ts';
import type { GenerationFacts, Rating, StopReason } from '../../preload/contract/conversations.ts';
import type { ErrorCode } from '../../preload/contract/errors.ts';
import { guideName, guideNature } from '../../preload/contract/guide.ts';
import type { PromptFormat } from '../../preload/contract/library.ts';
import type { ModelStatus } from '../../preload/contract/models.ts';
import type { CustomPreset } from '../../preload/contract/presets.ts';
import { formatCount, formatPercent, tokensPerSecond } from './format.ts';
import { presetLabel } from './preset-words.ts';

/** Everything the window says that depends on a state, so that one thing is worded one way. */

export const appName = 'OASST Desktop';

/** What stands at the top of the pages beside the transcript. */
export const pageWords = {
  search: pageNames.search,
  models: pageNames.models,
  settings: pageNames.settings,
  trash: pageNames.trash,
  versions: 'Side by side',
};

export const privacySentence =
  'Conversations are kept in the data folder on this computer, and nothing you write leaves it. The app uses the network only when you ask it to: to fetch a model or the CUDA engine, or to look for updates.';

/** What a conversation that is kept in memory only means for its owner. */
export const temporarySentence =
  'It is kept in memory only and never written to the disk. When you leave it, it is gone.';

/** What stands below the composer at all times. `format` is how the model's prompts are built; null while unknown. */
export function limitsOf(model: ModelStatus | null, format: PromptFormat['kind'] | null): string {
  if (model?.isGuide === true) {
    return `The guide is ${guideNature}. For real conversations choose another model.`;
  }
  if (format === 'completion')
    return 'Continues your text; it was not trained to answer. Nothing it writes is checked.';
  if (format === 'chat-template') return 'Nothing it writes is checked: treat every fact as unconfirmed.';
  return 'Often wrong yet convincing; weak at maths and code; English only.';
}

/** The line under the title of the first screen. */
export function introductionOf(model: ModelStatus | null, format: PromptFormat['kind'] | null): string {
  if (model?.isGuide === true) {
    return `This is the guide, ${guideNature}. It explains the app and cannot hold a real conversation: for that, choose another model.`;
  }
  const home = 'A language model that runs on this computer; nothing you type leaves it.';
  if (format === 'completion') return `${home} It continues what you write and was not trained to answer questions.`;
  if (format === 'chat-template') return `${home} Nothing it writes is checked: treat every fact as unconfirmed.`;
  return `${home} It is often wrong yet convincing, weak at maths and code, and knows English only.`;
}

/** Questions from the model's own card. */
export const cardQuestions = [
  "What is a meme, and what's the history behind this word?",
  "What's the Earth total population",
  'Write a story about future of AI development',
];

export const guideQuestions = ['What can you do?', 'How do I use the 12B model?', 'Where are my conversations kept?'];

const stopReasonWords: Record<StopReason, string> = {
  'end-of-text': 'ended by itself',
  marker: 'ended at a turn mark',
  length: 'reached the length limit',
  stopped: 'stopped by you',
  interrupted: 'interrupted',
  failed: 'failed',
};

/** What a rating says. */
export const ratingWords: Record<Rating, string> = { 1: 'good answer', [-1]: 'bad answer' };

/** One calm sentence per failure, for the line below an answer: what happened and what can be done. */
export const failureWords: Record<ErrorCode, string> = {
  'invalid-input': 'The app asked the model for something it does not accept.',
  forbidden: 'The app refused this step.',
  'not-found': 'What this answer needs is no longer there.',
  busy: 'The model was busy.',
  'database-unreadable': 'The database could not be read.',
  'database-newer': 'The database was written by a newer version of the app.',
  'database-readonly': 'The database cannot be written to.',
  'disk-full': 'The disk is full. Free some space, then go on.',
  'model-missing': 'The model file is no longer where it was. Put it back or choose another model.',
  'model-unreadable': 'The model file could not be read. It may be damaged or incomplete.',
  'model-unsupported': 'The model file is of a kind this app cannot run.',
  'hash-mismatch': 'The model file is not what it was when it was added. Remove it and get or add it again.',
  'checkpoint-unreadable': 'What was fetched could not be read as a model.',
  'network-failed': 'The network could not be reached.',
  cancelled: 'It was cancelled.',
  'out-of-memory': 'There was not enough free memory for the model. Close other programs or choose a smaller file.',
  'engine-crashed': 'The engine that runs the model ended unexpectedly. It starts again with the next answer.',
  'engine-stalled':
    'The engine that runs the model stopped responding and was ended. It starts again with the next answer.',
  'engine-failed': 'The engine that runs the model reported an error.',
  'prompt-too-long': 'The question is longer than the model can read at once. Shorten it and send it again.',
  internal: 'Something inside the app failed.',
};

/** Failures after which going on with the same answer cannot help. */
const hopelessToContinue = new Set<ErrorCode>(['prompt-too-long', 'invalid-input', 'not-found']);

/** Whether going on in place makes sense after this failure. */
export function canContinueAfter(code: ErrorCode | null): boolean {
  return code === null || !hopelessToContinue.has(code);
}

/** "CPU, 2 threads" or "GPU, 24 of 37 layers", as far as it is known. */
export function placeOf(model: ModelStatus): string {
  if (model.gpu !== null) {
    const { layers, totalLayers } = model.gpu;
    return layers >= totalLayers ? 'GPU' : `GPU, ${formatCount(layers)} of ${formatCount(totalLayers)} layers`;
  }
  if (model.threads === null) return 'CPU';
  return `CPU, ${formatCount(model.threads)} ${model.threads === 1 ? 'thread' : 'threads'}`;
}

/** What the chip of the model says to whoever rests on it. */
export function chipTitleOf(model: ModelStatus): string {
  return model.isGuide ? `The model in use: the guide, ${guideNature}` : 'The model in use';
}

/** The state of the model in one or two words. */
export function stateOf(model: ModelStatus): string {
  switch (model.state) {
    case 'unloaded':
      return 'not loaded yet';
    case 'loading':
      return model.loadFraction === null ? 'loading' : `loading ${formatPercent(model.loadFraction)}`;
    case 'ready':
      return 'ready';
    case 'failed':
      return 'could not be loaded';
  }
}

/** The short honest note in the model popover. */
export function noteOf(model: ModelStatus): string {
  return model.isGuide
    ? `The guide is ${guideNature}. It answers questions about the app and makes mistakes even there. Real conversations need another model.`
    : 'The model reads and writes on this computer only. Its answers are not checked by anyone: treat every fact as unconfirmed.';
}

/** The one quiet line about how an answer came about. `ownPresets` are those that the owner has by now. */
export function factsOf(facts: GenerationFacts, ownPresets: readonly CustomPreset[]): string[] {
  const parts = [
    facts.modelName,
    ...(facts.modelName === guideName ? [guideNature] : []),
    presetLabel(facts.presetId, ownPresets),
    `seed ${String(facts.seed)}`,
  ];
  if (facts.replyTokens !== null)
    parts.push(`${formatCount(facts.replyTokens)} ${facts.replyTokens === 1 ? 'token' : 'tokens'}`);
  const speed = tokensPerSecond(facts.replyTokens, facts.replyMs);
  if (speed !== null) parts.push(`${speed} tok/s`);
  if (facts.promptTokens !== null) {
    const reused = facts.reusedTokens ?? 0;
    const read = facts.promptTokens - reused;
    parts.push(`prompt ${formatCount(read)} read${reused > 0 ? `, ${formatCount(reused)} reused` : ''}`);
  }
  if (facts.stopReason !== null) parts.push(stopReasonWords[facts.stopReason]);
  return parts;
}
