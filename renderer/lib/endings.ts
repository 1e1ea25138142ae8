import type { Message } from '../../preload/contract/conversations.ts';
import { canContinueAfter, failureWords } from './words.ts';

/** How an answer ended, where that needs saying, and which ways on there are. */
export interface Ending {
  /** The line below the answer; null when it ended by itself. */
  text: string | null;
  tone: 'plain' | 'failure';
  /** What a screen reader hears at the end. */
  announcement: string;
  /** Going on in place. With no text yet that is another try. */
  canContinue: boolean;
}

/** Words and ways on for a finished message. */
export function endingOf(message: Message): Ending {
  const kept = message.text === '' ? 'Nothing had been written yet.' : 'The text so far is kept.';
  switch (message.status) {
    case 'stopped':
      return ending(message.text === '' ? 'Stopped before the first word.' : `Stopped. ${kept}`);
    case 'interrupted':
      return ending(`Interrupted before it was finished. ${kept}`);
    case 'failed': {
      const text = `${failureWords[message.errorCode ?? 'internal']} ${kept}`;
      return {
        text,
        tone: 'failure',
        announcement: `The answer failed. ${text}`,
        canContinue: canContinueAfter(message.errorCode),
      };
    }
    case 'complete':
      if (message.generation?.stopReason === 'length')
        return ending('Reached the length limit before it was finished.');
      return { text: null, tone: 'plain', announcement: 'Answer finished.', canContinue: false };
    case 'generating':
      return { text: null, tone: 'plain', announcement: '', canContinue: false };
  }
}

function ending(text: string): Ending {
  return { text, tone: 'plain', announcement: text, canContinue: true };
}
