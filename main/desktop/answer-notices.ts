import type { Message } from '../../preload/contract/conversations.ts';
import { guideName } from '../../preload/contract/guide.ts';
import { withoutPageLinks } from '../../preload/contract/page-link-text.ts';
import type { GenerationEvent } from '../../preload/contract/generations.ts';

export interface Notice {
  title: string;
  body: string;
  conversationId: string;
}

export interface AnswerNoticesOptions {
  now: () => number;
  isWanted: () => boolean;
  /** Whether any window of the app has the focus. */
  isInFront: () => boolean;
  /** Whether others may be reading the screen's notices: then they say nothing of what was asked. */
  isLocked: () => boolean;
  /** Null where nothing may be said of what was asked: some desktops keep notices on disk. */
  titleOf: (conversationId: string) => Promise<string | null>;
  show: (notice: Notice) => void;
}

/** Shorter answers are waited for. */
const longAnswerMs = 10_000;
const firstWordsLength = 80;

function firstWords(text: string): string {
  const characters = [...text.replace(/\s+/g, ' ').trim()];
  if (characters.length <= firstWordsLength) return characters.join('');
  return `${characters.slice(0, firstWordsLength - 1).join('')}…`;
}

/** Says when a long answer is done while the owner is elsewhere. */
export function createAnswerNotices(options: AnswerNoticesOptions): (event: GenerationEvent) => Promise<void> {
  const { now, isWanted, isInFront, isLocked, titleOf, show } = options;
  const startedAt = new Map<string, number>();

  const tell = async ({ conversationId, status, text, generation }: Message): Promise<void> => {
    const happened = status === 'failed' ? 'The answer could not be finished' : 'The answer is ready';
    const title = isLocked() ? null : await titleOf(conversationId);
    if (title === null) {
      show({ title: happened, body: '', conversationId });
      return;
    }
    const author = generation?.modelName === guideName ? 'Guide, a tiny model: ' : '';
    const body = status === 'failed' ? `${happened}.` : firstWords(`${author}${withoutPageLinks(text)}`);
    show({ title, body, conversationId });
  };

  return async (event) => {
    const { messageId } = event;
    if (event.kind !== 'finished') {
      if (!startedAt.has(messageId)) startedAt.set(messageId, now());
      return;
    }
    const tookMs = now() - (startedAt.get(messageId) ?? now());
    startedAt.delete(messageId);
    const { status } = event.message;
    // What was stopped, was stopped by the owner.
    if (status !== 'complete' && status !== 'failed') return;
    if (tookMs > longAnswerMs && isWanted() && !isInFront()) await tell(event.message);
  };
}
