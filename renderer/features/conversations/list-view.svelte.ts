import { tick } from 'svelte';
import { scrollTopFor } from '../../lib/scroll/rows-in-view.ts';
import type { Stores } from '../../stores/stores.ts';
import { drawnSections, headPx, heirOf, keptPlaces, placeSections, rowPx, stopsOf } from './list-places.ts';

/** What is drawn of the list, and where its focus is. Only what is in view is in the page, so both belong together. */
export class ListView {
  scrollTopPx = $state(0);
  heightPx = $state(0);
  /** The row or folder that was focused last. */
  focusedId = $state<string | null>(null);
  readonly #stores: Stores;
  /** The list with what belongs to it, and the part of it that scrolls. */
  #whole: HTMLElement | null = null;
  #box: HTMLElement | null = null;

  readonly #places = $derived.by(() => placeSections(this.#stores.conversations.sections));
  readonly stops = $derived.by(() => stopsOf(this.#places.placed));
  /** One of them takes part in the Tab order: the focused one, else the current one, else the first. */
  readonly tabStopId = $derived.by(() => {
    const wanted = [this.focusedId, this.#stores.transcript.wantedId];
    const [first] = this.stops;
    return wanted.find((id) => id !== null && this.#has(id)) ?? first?.id ?? null;
  });
  readonly #kept = $derived.by(() => {
    const ids = [this.tabStopId, this.#stores.layout.renamingId].filter((id) => id !== null);
    return keptPlaces(this.#places.placed, ids);
  });
  /** Moves on by whole rows, so that what is drawn is not worked out anew for every pixel. */
  readonly #viewTopPx = $derived.by(() => Math.floor(this.scrollTopPx / rowPx) * rowPx);
  readonly drawn = $derived.by(() =>
    drawnSections(this.#places.placed, { topPx: this.#viewTopPx, heightPx: this.heightPx + rowPx }, this.#kept),
  );

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  get wholeHeightPx(): number {
    return this.#places.heightPx;
  }

  readonly hold = (whole: HTMLElement): (() => void) => {
    this.#whole = whole;
    return () => {
      this.#whole = null;
    };
  };

  readonly holdBox = (box: HTMLElement): (() => void) => {
    this.#box = box;
    return () => {
      this.#box = null;
    };
  };

  /** Brings a row or folder into view. */
  scrollTo(id: string): void {
    const stop = this.stops.find((each) => each.id === id);
    const box = this.#box;
    if (stop === undefined || box === null) return;
    // A heading covers the row that scrolls under it.
    const coveredPx = stop.kind === 'conversation' ? headPx : 0;
    const view = { topPx: box.scrollTop, heightPx: box.clientHeight };
    const topPx = scrollTopFor(stop.topPx, rowPx, view, coveredPx);
    if (topPx !== null) box.scrollTop = topPx;
  }

  async focus(id: string | undefined): Promise<void> {
    if (id === undefined) return;
    this.focusedId = id;
    this.scrollTo(id);
    await tick();
    const name = CSS.escape(id);
    const selector = `[data-conversation="${name}"], [data-folder="${name}"]`;
    this.#box?.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
  }

  /** Does what may take the row with the focus away; then the focus goes to that row again, or to its neighbour. */
  async act(work: () => Promise<unknown>): Promise<void> {
    const hadFocus = this.#hasFocus();
    const before = this.stops;
    const id = this.tabStopId;
    await work();
    await tick();
    if (!hadFocus || this.#hasFocus()) return;
    await this.focus(heirOf(before, id, this.stops));
  }

  #hasFocus(): boolean {
    return this.#whole?.contains(document.activeElement) === true;
  }

  #has(id: string): boolean {
    return this.stops.some((stop) => stop.id === id);
  }
}
