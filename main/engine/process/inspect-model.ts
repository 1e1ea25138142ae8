import { AppError } from '../../../preload/contract/errors.ts';
import type { ModelFacts, PromptFormat } from '../../../preload/contract/library.ts';
import { findTurnTexts } from './chat-template.ts';
import { displayName, fileTypeNames, readGgufSummary, type GgufSummary } from './gguf-header.ts';
import type { OpenVocabulary } from './llama-vocabulary.ts';
import { controlType, hasMarkers } from './markers.ts';
import { tokenizeText } from './prompt.ts';

/** What every vocabulary that can be used gives back as it was. */
const sample = 'What is a meme?\nTell me more about it, please.';

function unsupported(message: string): AppError {
  return new AppError('model-unsupported', message);
}

/** Refuses what the header alone shows to be no model that writes. */
function checkHeader({ tensorCount, partCount, tokens, isCausal }: GgufSummary): void {
  if (partCount > 1) {
    throw unsupported(
      `This is one of ${partCount} files that a model is spread over. Join them with llama.cpp's gguf-split and choose ` +
        'the joined file.',
    );
  }
  if (tokens.length === 0) throw unsupported('This file has no vocabulary, so it cannot write. Choose another file.');
  if (tensorCount === 0) {
    throw unsupported('This file holds a vocabulary without a model. Choose the file of a whole model.');
  }
  if (!isCausal) {
    throw unsupported(
      'This model compares texts and cannot write any. Choose a model that was made for conversations.',
    );
  }
}

/** For what llama.cpp looks at only when it loads the weights. */
function checkSize({ layers, width, contextTokens }: GgufSummary): void {
  if (layers === 0 || width === 0 || contextTokens === 0) {
    throw new AppError(
      'model-unreadable',
      'The header of this file does not say how large the model is. It is damaged; fetch it again or choose another file.',
    );
  }
}

/** Proves that text survives the vocabulary. */
function checkVocabulary({ inFormat }: OpenVocabulary): void {
  const vocabulary = inFormat({ kind: 'completion' });
  if (vocabulary.detokenize(tokenizeText(vocabulary, sample)) === sample) return;
  throw unsupported('Text does not survive the vocabulary of this file. It is damaged or made for another purpose.');
}

type FoundFormat = Pick<ModelFacts, 'promptFormat' | 'withoutFormat'>;

function without(reason: string): FoundFormat {
  return { promptFormat: null, withoutFormat: reason };
}

function findTemplateFormat(open: OpenVocabulary, summary: GgufSummary, template: string): FoundFormat {
  const { texts, reason } = findTurnTexts({
    template,
    bosToken: open.bosText,
    eosToken: open.eosText,
    controls: summary.tokens.filter((text, id) => text !== '' && summary.tokenTypes[id] === controlType),
  });
  if (texts === null) return without(reason);
  const promptFormat: PromptFormat = { kind: 'chat-template', texts };
  try {
    open.inFormat(promptFormat);
    return { promptFormat, withoutFormat: null };
  } catch (error) {
    if (error instanceof AppError) return without('Its chat template has marks that typed text can turn into.');
    throw error;
  }
}

/**
 * Finds out whether a file is a model that this app can run, and how its prompts are built.
 *
 * @param onSoFar told everything but the prompt format before the chat template is run, which may never end
 * @throws AppError `model-missing`, `model-unreadable` or `model-unsupported`
 */
export async function inspectModel(path: string, onSoFar: (facts: ModelFacts) => Promise<void>): Promise<ModelFacts> {
  const summary = readGgufSummary(path);
  checkHeader(summary);
  // Loading llama.cpp takes longer than all the rest, and most files that are no model have been refused by now.
  const { openVocabulary } = await import('./llama-vocabulary.ts');
  const open = await openVocabulary(path, summary);
  checkSize(summary);
  checkVocabulary(open);
  const facts: ModelFacts = {
    name: displayName(summary, path),
    architecture: summary.architecture,
    quantization: fileTypeNames.get(summary.fileType ?? -1) ?? null,
    sizeBytes: summary.sizeBytes,
    layers: summary.layers,
    width: summary.width,
    stateBytesPerToken: summary.stateBytesPerToken,
    contextTokens: summary.contextTokens,
    vocabularySize: summary.tokens.length,
    ...without('Its chat template cannot be followed: it does not come to an end.'),
  };
  if (hasMarkers(summary)) return { ...facts, promptFormat: { kind: 'open-assistant' }, withoutFormat: null };
  if (summary.chatTemplate === null) {
    return {
      ...facts,
      ...without(
        'This file has neither Open-Assistant’s turn marks nor a chat template, so it does not say how to talk.',
      ),
    };
  }
  await onSoFar(facts);
  return { ...facts, ...findTemplateFormat(open, summary, summary.chatTemplate) };
}
