import { z } from 'zod';
import type { AppPage } from './app-pages.ts';
import { appPageSchema } from './app.ts';
import { idSchema } from './conversations.ts';
import type { Envelope } from './errors.ts';
import { maxQuestionLength } from './generations.ts';

/** Why the quick window is shown, and what it begins with. */
export interface QuickAskOpening {
  /** Text to put into the field instead of the draft, from a command or a link; never sent by itself. Null: the draft. */
  text: string | null;
  /** True for `--ask`: the text was typed by the owner as a question and is asked at once. */
  isQuestion: boolean;
  /** What the clipboard held, where the owner wants it along; null otherwise. */
  clipboardText: string | null;
}

export interface QuickAskState {
  /** What was typed and not sent, kept over hiding and restarts. */
  draft: string;
  /** The conversation that a follow-up continues; null before the first question. */
  conversationId: string | null;
  isPinned: boolean;
}

const draftSchema = z.string().max(maxQuestionLength);

export const quickAskInputs = {
  'quick-ask:state': z.undefined(),
  'quick-ask:show': z.undefined(),
  'quick-ask:hide': z.undefined(),
  'quick-ask:set-pinned': z.strictObject({ isPinned: z.boolean() }),
  'quick-ask:set-height': z.strictObject({ height: z.number().min(1).max(10_000) }),
  'quick-ask:save-draft': z.strictObject({ draft: draftSchema }),
  'quick-ask:set-conversation': z.strictObject({ conversationId: idSchema.nullable() }),
  'quick-ask:continue-in-main': z.strictObject({ conversationId: idSchema }),
  'quick-ask:open-page': z.strictObject({ page: appPageSchema }),
};

export interface QuickAskApi {
  state(): Promise<Envelope<QuickAskState>>;
  /** Opens the quick window, from the main window. */
  show(): Promise<Envelope<null>>;
  /** Hides the window and gives the focus back to where it was. */
  hide(): Promise<Envelope<null>>;
  /** A pinned window stays when it loses the focus. */
  setPinned(input: { isPinned: boolean }): Promise<Envelope<null>>;
  /** The window grows and shrinks with its content, in CSS pixels, as far as the screen goes. */
  setHeight(input: { height: number }): Promise<Envelope<null>>;
  saveDraft(input: { draft: string }): Promise<Envelope<null>>;
  /** Which conversation a follow-up continues. */
  setConversation(input: { conversationId: string | null }): Promise<Envelope<null>>;
  /** Shows this conversation in the main window, also in the middle of an answer, and hides the quick window. */
  continueInMain(input: { conversationId: string }): Promise<Envelope<null>>;
  /** Shows this page in the main window, and hides the quick window. */
  openPage(input: { page: AppPage }): Promise<Envelope<null>>;
  /** The window is shown: the field takes the focus. */
  onOpened(listener: (opening: QuickAskOpening) => void): () => void;
}
