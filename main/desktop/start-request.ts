import { z } from 'zod';
import { appPageSchema } from '../../preload/contract/app.ts';
import { pageOfAddress } from '../../preload/contract/app-pages.ts';
import { idSchema } from '../../preload/contract/conversations.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { CommandLine } from '../arguments.ts';
import { messageOfLink, textOfLink } from './deep-link.ts';

/** What a start of the app is to show; a second start hands it to the instance that runs. */
const startRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('window') }),
  z.strictObject({ kind: z.literal('new-conversation') }),
  z.strictObject({ kind: z.literal('message'), messageId: idSchema }),
  z.strictObject({ kind: z.literal('page'), page: appPageSchema }),
  /** With the session: nothing but the tray icon. */
  z.strictObject({ kind: z.literal('hidden') }),
  /** `text` fills the field, and is asked at once when the owner typed it as a question. */
  z.strictObject({ kind: z.literal('quick-ask'), text: z.string().nullable(), isQuestion: z.boolean() }),
]);
export type StartRequest = z.infer<typeof startRequestSchema>;

/** What a link asks for; links that the app does not know open its window. */
export function requestOfLink(link: string): StartRequest {
  const messageId = messageOfLink(link);
  if (messageId !== null) return { kind: 'message', messageId };
  const page = pageOfAddress(link);
  if (page !== null) return { kind: 'page', page };
  const text = textOfLink(link);
  if (text === null) return { kind: 'window' };
  return { kind: 'quick-ask', text: text.trim() === '' ? null : text, isQuestion: false };
}

/** What a command line asks for. A question comes before everything else. */
export function requestOfCommandLine({ ask, quickAsk, newConversation, hidden, link }: CommandLine): StartRequest {
  if (ask !== null && ask.trim() !== '') return { kind: 'quick-ask', text: ask, isQuestion: true };
  if (link !== null) return requestOfLink(link);
  if (quickAsk || ask !== null) return { kind: 'quick-ask', text: null, isQuestion: false };
  if (newConversation) return { kind: 'new-conversation' };
  return { kind: hidden ? 'hidden' : 'window' };
}

/** What another start handed over; one of a version that says it otherwise opens the window. */
export function readStartRequest(handedOver: unknown): StartRequest {
  const { data } = startRequestSchema.safeParse(handedOver);
  return data ?? { kind: 'window' };
}

/**
 * Chromium hands a start over in one message of 32 KiB, words and request together. A longer one gets no answer, and
 * then it takes the running app for dead and ends it: a link on a web page must not do that.
 */
const maxHandOverBytes = 8000;

/** @throws AppError `invalid-input` when a command line is too long to be handed to the running app */
export function checkHandOver(args: readonly string[]): void {
  if (Buffer.byteLength(args.join(' ')) <= maxHandOverBytes) return;
  throw new AppError(
    'invalid-input',
    'What was given on the command line is too long: the app takes 8,000 characters. Nothing was changed. ' +
      'Paste a long question into the window.',
  );
}
