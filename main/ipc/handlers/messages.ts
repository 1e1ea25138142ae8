import type { Core } from '../../core.ts';
import { linkToMessage } from '../../desktop/deep-link.ts';
import type { Handlers, Sender } from '../router.ts';

type MessageChannel = Extract<keyof Handlers<Sender>, `messages:${string}`>;

/**
 * What the channels of the tree of messages do.
 * @param copyText puts text on the clipboard
 */
export function createMessageHandlers<S extends Sender>(
  { messages }: Pick<Core, 'messages'>,
  copyText: (text: string) => void | Promise<void>,
): Pick<Handlers<S>, MessageChannel> {
  return {
    'messages:tree': ({ conversationId }) => messages.tree(conversationId),
    'messages:versions': ({ messageId }) => messages.versions(messageId),
    'messages:rate': ({ messageId, rating }) => messages.rate(messageId, rating),
    'messages:delete-branch': ({ messageId }) => messages.deleteBranch(messageId),
    'messages:restore-branch': ({ messageId }) => messages.restoreBranch(messageId),
    'messages:fork': ({ messageId }) => messages.fork(messageId),
    'messages:copy-link': async ({ messageId }) => {
      const { id } = await messages.get(messageId);
      await copyText(linkToMessage(id));
      return null;
    },
  };
}
