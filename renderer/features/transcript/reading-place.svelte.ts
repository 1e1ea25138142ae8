import { tick } from 'svelte';
import { StickToBottom } from '../../lib/scroll/stick-to-bottom.ts';
import { whenIdle } from '../../lib/when-idle.ts';
import type { TranscriptStore } from '../../stores/transcript.svelte.ts';
import { TurnRange } from './turn-range.svelte.ts';

/** How long a message that was jumped to stands out. */
const markedForMs = 2000;
/** The page grows before the reader is there: one and a half screens ahead, and this much in a low window. */
const leastAheadPx = 600;

/** Where in a conversation the reader is: what is on the page, and what of it is in view. */
export class ReadingPlace {
  readonly range: TurnRange;
  isAtEnd = $state(true);
  /** The message that was jumped to just now. */
  markedId = $state<string | null>(null);
  readonly #transcript: TranscriptStore;
  #box: HTMLElement | null = null;
  #stick: StickToBottom | null = null;
  #isGrowing = false;
  #markTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(transcript: TranscriptStore) {
    this.#transcript = transcript;
    this.range = new TurnRange(transcript);
  }

  /** Follows the box that scrolls, for as long as it is there. */
  readonly follow = (box: HTMLElement): (() => void) => {
    const stick = new StickToBottom(box, (isStuck) => {
      this.isAtEnd = isStuck;
    });
    let callOff = (): void => undefined;
    const observer = new ResizeObserver(() => {
      stick.resized();
      // Observers run before the frame is painted: what is above the view can wait until it is there.
      callOff();
      callOff = whenIdle(() => {
        this.#lookAhead();
      });
    });
    const onScroll = (): void => {
      this.#scrolled();
      this.#lookAhead();
    };
    observer.observe(box);
    for (const child of box.children) observer.observe(child);
    box.addEventListener('scroll', onScroll, { passive: true });
    this.#box = box;
    this.#stick = stick;
    return () => {
      callOff();
      observer.disconnect();
      box.removeEventListener('scroll', onScroll);
      clearTimeout(this.#markTimer);
      this.#box = null;
      this.#stick = null;
    };
  };

  toNewest(): void {
    this.range.toNewest();
    this.#stick?.toEnd();
  }

  /** Goes to the first message, which may have to be read first. */
  async toBeginning(): Promise<void> {
    this.#stick?.letGo();
    await this.#transcript.readToBeginning();
    this.range.toOldest();
    await tick();
    if (this.#box !== null) this.#box.scrollTop = 0;
    this.#scrolled();
  }

  /** Puts a message at the top of the view, moves the focus to it and lets it stand out for a moment. */
  async goTo(messageId: string): Promise<void> {
    const index = this.#transcript.turns.findIndex(({ id }) => id === messageId);
    if (index === -1) return;
    this.#stick?.letGo();
    this.range.include(this.#transcript.earlierCount + index);
    this.markedId = messageId;
    clearTimeout(this.#markTimer);
    this.#markTimer = setTimeout(() => {
      this.markedId = null;
    }, markedForMs);
    await tick();
    const article = this.#box?.querySelector<HTMLElement>(`[data-turn="${CSS.escape(messageId)}"]`);
    article?.scrollIntoView({ block: 'start' });
    article?.focus({ preventScroll: true });
    this.#scrolled();
  }

  focus(): void {
    this.#box?.focus({ preventScroll: true });
  }

  /** The end of the page is the end of the conversation only while the newest turn is on it. */
  #scrolled(): void {
    if (this.range.reachesEnd) this.#stick?.scrolled();
  }

  /** Adds turns where the reader comes near the first or the last one on the page. */
  #lookAhead(): void {
    const box = this.#box;
    if (box === null || this.#isGrowing) return;
    const aheadPx = Math.max(leastAheadPx, 1.5 * box.clientHeight);
    if (box.scrollTop < aheadPx) this.#growUp(box);
    else if (!this.range.reachesEnd && box.scrollHeight - box.scrollTop - box.clientHeight < aheadPx) {
      this.range.growDown();
    }
  }

  #growUp(box: HTMLElement): void {
    if (this.range.isShortAbove && this.#transcript.earlierFailure === null) {
      void this.#transcript.readEarlier().then(() => {
        this.#lookAhead();
      });
    }
    if (!this.range.canGrowUp) return;
    this.#isGrowing = true;
    void keepInView(box, () => {
      this.range.growUp();
    }).finally(() => {
      this.#isGrowing = false;
    });
  }
}

/** What is read stays where it is while `change` adds something above. At the very top browsers do not see to that. */
async function keepInView(box: HTMLElement, change: () => void): Promise<void> {
  const { top } = box.getBoundingClientRect();
  const articles = [...box.querySelectorAll('article')];
  const anchor = articles.find((article) => article.getBoundingClientRect().bottom > top);
  const before = anchor?.getBoundingClientRect().top ?? 0;
  change();
  await tick();
  if (anchor?.isConnected === true) box.scrollTop += anchor.getBoundingClientRect().top - before;
}
