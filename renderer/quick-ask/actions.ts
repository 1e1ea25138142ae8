import { withoutPageLinks } from '../../preload/contract/page-link-text.ts';
import { endingOf } from '../lib/endings.ts';
import { copyText } from '../stores/copy-text.ts';
import type { QuickAskStores } from './stores.ts';

export type QuickAskAction =
  'hide' | 'startAnew' | 'continueInMain' | 'togglePin' | 'retry' | 'stop' | 'copyAnswer' | 'continueAnswer';

export type QuickAskActions = Record<QuickAskAction, () => void>;

/** What the buttons and the keys of the quick window do. The cursor goes back to the field. */
export function createActions(stores: QuickAskStores): QuickAskActions {
  const { quickAsk, transcript } = stores;

  async function copy(text: string): Promise<void> {
    if (!(await copyText(stores, text))) return;
    quickAsk.copied(text);
  }

  return {
    hide: () => {
      quickAsk.hide();
    },
    startAnew: () => {
      quickAsk.startAnew();
    },
    continueInMain: () => {
      void quickAsk.continueInMain();
    },
    togglePin: () => {
      quickAsk.togglePin();
    },
    retry: () => {
      if (transcript.newestAnswer !== null) void transcript.retry(transcript.newestAnswer.id);
      quickAsk.focusField();
    },
    stop: () => {
      void transcript.stop();
      quickAsk.focusField();
    },
    copyAnswer: () => {
      const text = withoutPageLinks(transcript.newestAnswer?.text ?? '');
      if (text !== '') void copy(text);
    },
    continueAnswer: () => {
      const answer = transcript.newestAnswer;
      if (answer !== null && endingOf(answer.message).canContinue) void transcript.continue(answer.id);
      quickAsk.focusField();
    },
  };
}
