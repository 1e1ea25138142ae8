/** The part of an element that the controller needs, so that tests can stand in for layout. */
export interface ScrollBox {
  scrollTop: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
}

/** How near the end counts as being there, in CSS pixels: about two lines. */
const nearEndPx = 48;

/**
 * Keeps the newest text in view for as long as the reader is at the end, and not one pixel longer.
 *
 * The page itself moves the scroll position too (text arrives, a block above is measured), so "the position went up" alone
 * does not mean the reader left. It does when the content did not shrink meanwhile.
 */
export class StickToBottom {
  #isStuck = true;
  #lastTop: number;
  #lastHeight: number;
  readonly #box: ScrollBox;
  readonly #onChange: (isStuck: boolean) => void;

  constructor(box: ScrollBox, onChange: (isStuck: boolean) => void) {
    this.#box = box;
    this.#onChange = onChange;
    this.#lastTop = box.scrollTop;
    this.#lastHeight = box.scrollHeight;
  }

  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** To be called for every scroll event of the box. */
  scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    if (scrollHeight - scrollTop - clientHeight <= nearEndPx) this.#set(true);
    else if (scrollTop < this.#lastTop && scrollHeight >= this.#lastHeight) this.#set(false);
    this.#remember();
  }

  /** To be called whenever the content or the box changed its size. */
  resized(): void {
    if (this.#isStuck) this.toEnd();
    else this.#remember();
  }

  /** Goes to the end and stays there: the reader sent something, switched conversations or asked for it. */
  toEnd(): void {
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#remember();
    this.#set(true);
  }

  /** Lets go of the end: the reader asked for another place. */
  letGo(): void {
    this.#remember();
    this.#set(false);
  }

  #remember(): void {
    this.#lastTop = this.#box.scrollTop;
    this.#lastHeight = this.#box.scrollHeight;
  }

  #set(isStuck: boolean): void {
    if (this.#isStuck === isStuck) return;
    this.#isStuck = isStuck;
    this.#onChange(isStuck);
  }
}
