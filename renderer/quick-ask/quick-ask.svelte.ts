import type { AppPage } from '../../preload/contract/app-pages.ts';
import type { QuickAssistantApi } from '../../preload/contract/api.ts';
import type { QuickAskOpening } from '../../preload/contract/quick-ask.ts';
import { unwrap } from '../lib/api.ts';
import type { ModelStore } from '../stores/model.svelte.ts';
import type { NoticesStore } from '../stores/notices.svelte.ts';
import type { TranscriptStore } from '../stores/transcript.svelte.ts';
import { clipOf, questionWithClip } from './clipboard.ts';

/** After so long out of sight the next question is about something else, and begins a new conversation. */
const quietLimitMs = 10 * 60_000;
/** How often a hidden window looks whether that time is over. */
const lookMs = 60_000;
/** Typing pauses at least this long before the draft is saved. */
const savePauseMs = 400;
/** How long the window says that copying worked. */
const confirmationMs = 1600;

export interface QuickAskDependencies {
  api: QuickAssistantApi;
  model: ModelStore;
  notices: NoticesStore;
  transcript: TranscriptStore;
}

/** What the quick window adds to a conversation: a draft that lasts, an offer of the clipboard, and coming and going. */
export class QuickAskStore {
  draft = $state('');
  /** What of the clipboard goes along with the next question; null for nothing. */
  clip = $state<string | null>(null);
  isClipCut = $state(false);
  isPinned = $state(false);
  /** True for a moment after the answer was copied. */
  isCopied = $state(false);
  /** True once the draft and the conversation of before are back. */
  isReady = $state(false);
  readonly #api: QuickAssistantApi;
  readonly #model: ModelStore;
  readonly #notices: NoticesStore;
  readonly #transcript: TranscriptStore;
  #field: HTMLTextAreaElement | null = null;
  #saveTimer: ReturnType<typeof setTimeout> | undefined;
  #lookTimer: ReturnType<typeof setInterval> | undefined;
  /** Since when the window is out of sight and nothing new came; null while it is shown. */
  #quietSinceMs: number | null = null;
  /** A clipboard text that was sent, left out or copied here is not offered again. */
  #settledText: string | null = null;
  #restored: Promise<void> = Promise.resolve();

  constructor({ api, model, notices, transcript }: QuickAskDependencies) {
    this.#api = api;
    this.#model = model;
    this.#notices = notices;
    this.#transcript = transcript;
  }

  /** Brings back what was there and follows what main tells; gives the function that stops following. */
  start(): () => void {
    this.#restored = this.#restore();
    const stopOpenings = this.#api.quickAsk.onOpened((opening) => {
      void this.#open(opening);
    });
    const stopEvents = this.#api.generations.onEvent((event) => {
      const isNews = event.kind === 'finished' && event.conversationId === this.#transcript.wantedId;
      if (isNews && this.#quietSinceMs !== null) this.#quietSinceMs = Date.now();
    });
    return () => {
      stopOpenings();
      stopEvents();
      clearInterval(this.#lookTimer);
      this.saveDraft();
    };
  }

  /** The field makes itself known, so that the cursor can be put there. */
  readonly holdField = (field: HTMLTextAreaElement): (() => void) => {
    this.#field = field;
    // Before the window is shown for the first time: what is typed at once must not come before the news that it is.
    field.focus();
    return () => {
      this.#field = null;
    };
  };

  focusField(): void {
    this.#field?.focus();
  }

  type(text: string): void {
    this.draft = text;
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => {
      this.saveDraft();
    }, savePauseMs);
  }

  /** Saves the draft now. What could not be saved stays in the field. */
  saveDraft(): void {
    clearTimeout(this.#saveTimer);
    this.#api.quickAsk.saveDraft({ draft: this.draft }).catch(() => undefined);
  }

  /** Asks what stands in the field. When it is not accepted, it stands there again. */
  async ask(): Promise<void> {
    const question = this.draft;
    const { clip } = this;
    this.type('');
    if (await this.#transcript.send(questionWithClip(question, clip))) this.leaveClipOut();
    else if (this.draft === '') this.type(question);
    this.saveDraft();
  }

  leaveClipOut(): void {
    if (this.clip !== null) this.#settledText = this.clip;
    this.clip = null;
  }

  /** Says that the answer was copied. In the clipboard it is no news from elsewhere. */
  copied(text: string): void {
    this.#settledText = clipOf(text);
    this.isCopied = true;
    setTimeout(() => {
      this.isCopied = false;
    }, confirmationMs);
  }

  /** Which conversation a follow-up continues, also after a restart. */
  async remember(conversationId: string | null): Promise<void> {
    await this.#do(this.#api.quickAsk.setConversation({ conversationId }));
  }

  /** The next question begins a new conversation; the one before stays in the history. */
  startAnew(): void {
    this.#transcript.close();
    this.focusField();
  }

  togglePin(): void {
    this.isPinned = !this.isPinned;
    void this.#do(this.#api.quickAsk.setPinned({ isPinned: this.isPinned }));
  }

  /** Makes the window as high as its content. */
  fit(height: number): void {
    void this.#do(this.#api.quickAsk.setHeight({ height }));
  }

  hide(): void {
    this.saveDraft();
    void this.#do(this.#api.quickAsk.hide());
  }

  /** Hands the conversation over to the main window; this one begins anew. */
  async continueInMain(): Promise<void> {
    const conversationId = this.#transcript.wantedId;
    if (conversationId === null) return;
    if (await this.#do(this.#api.quickAsk.continueInMain({ conversationId }))) this.startAnew();
  }

  /** Shows a page of the app in the main window; the conversation stays in this one. */
  openPage(page: AppPage): void {
    void this.#do(this.#api.quickAsk.openPage({ page }));
  }

  /** To be called when the page is shown or hidden. */
  visibilityChanged(isHidden: boolean): void {
    clearInterval(this.#lookTimer);
    if (isHidden) {
      this.#quietSinceMs ??= Date.now();
      this.#lookTimer = setInterval(() => {
        this.#beginAnewAfterQuiet();
      }, lookMs);
      this.saveDraft();
    } else {
      this.#beginAnewAfterQuiet();
      this.#quietSinceMs = null;
    }
  }

  async #open({ text, isQuestion, clipboardText }: QuickAskOpening): Promise<void> {
    this.focusField();
    await this.#restored;
    this.#beginAnewAfterQuiet();
    this.#quietSinceMs = null;
    const clip = clipboardText === null ? null : clipOf(clipboardText);
    this.clip = clip === this.#settledText ? null : clip;
    this.isClipCut = clipboardText !== null && clip !== clipboardText.trim();
    if (this.#model.status === null || this.#model.status.state === 'unloaded') void this.#model.load();
    if (text === null) return;
    if (!isQuestion) {
      this.#fill(text);
      return;
    }
    this.#transcript.close();
    if (!(await this.#transcript.send(text))) this.#fill(text);
  }

  /** Puts a text into the field. A draft that stood there can be had back. */
  #fill(text: string): void {
    const before = this.draft;
    this.type(text);
    if (before.trim() === '' || before === text) return;
    this.#notices.undoable('The draft was replaced.', () => {
      this.type(before);
    });
  }

  async #restore(): Promise<void> {
    try {
      const { draft, conversationId, isPinned } = await unwrap(this.#api.quickAsk.state());
      if (this.draft === '') this.draft = draft;
      this.isPinned = isPinned;
      if (conversationId !== null && this.#transcript.wantedId === null) await this.#reopen(conversationId);
    } catch (failure) {
      this.#notices.fail(failure);
    } finally {
      this.isReady = true;
    }
  }

  /** Goes on with the conversation of before a restart, unless that is long ago or it is gone. */
  async #reopen(conversationId: string): Promise<void> {
    const before = await this.#api.conversations.open({ conversationId });
    if (!before.ok || Date.now() - before.value.conversation.updatedAt >= quietLimitMs) return;
    this.#quietSinceMs = before.value.conversation.updatedAt;
    await this.#transcript.open(conversationId);
  }

  #beginAnewAfterQuiet(): void {
    if (this.#quietSinceMs === null || this.#transcript.liveTurn !== null) return;
    if (Date.now() - this.#quietSinceMs >= quietLimitMs) this.#transcript.close();
  }

  async #do(call: ReturnType<QuickAssistantApi['quickAsk']['hide']>): Promise<boolean> {
    try {
      await unwrap(call);
      return true;
    } catch (failure) {
      this.#notices.fail(failure);
      return false;
    }
  }
}
