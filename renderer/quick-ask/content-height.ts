/** While an answer is written the window grows in steps of a few lines, so that its edge does not tremble with each. */
const stepPx = 96;
/** Room for the line that is being written, so that it is not cut off while the window grows. */
const aheadPx = 28;

/** The height that the window should have for its content. */
export function windowHeight(contentPx: number, isWriting: boolean): number {
  return isWriting ? Math.ceil((contentPx + aheadPx) / stepPx) * stepPx : Math.ceil(contentPx);
}

/** Adds up the parts of the page that stand below each other, at the height they would have with enough room. */
export class ContentHeight {
  readonly #parts = new Set<HTMLElement>();
  readonly #observer: ResizeObserver;
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#observer = new ResizeObserver(onChange);
  }

  get px(): number {
    return [...this.#parts].reduce((sum, part) => sum + part.getBoundingClientRect().height, 0);
  }

  /** Attached to each part. */
  readonly part = (element: HTMLElement): (() => void) => {
    this.#parts.add(element);
    this.#observer.observe(element);
    return () => {
      this.#parts.delete(element);
      this.#observer.unobserve(element);
      this.#onChange();
    };
  };
}
