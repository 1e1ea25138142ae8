import { MediaQuery } from 'svelte/reactivity';
import type { SettingsStore } from './settings.svelte.ts';

/** Which parts of the window are open. */
export class LayoutStore {
  /** Too narrow for two columns: the list lies over the page instead of beside it. */
  readonly #narrow = new MediaQuery('(max-width: 799px)');
  /** What takes the room beside the list. The transcript stays as it is behind the models. */
  page = $state<'transcript' | 'models'>('transcript');
  /** Where the focus was before the models were shown. */
  cameFrom: HTMLElement | null = null;
  dialog = $state<'shortcuts' | 'about' | null>(null);
  /** The conversation whose title is a text field at the moment. */
  renamingId = $state<string | null>(null);
  #isOverlayOpen = $state(false);
  #composer: HTMLTextAreaElement | null = null;
  readonly #settings: SettingsStore;

  constructor(settings: SettingsStore) {
    this.#settings = settings;
  }

  get isNarrow(): boolean {
    return this.#narrow.current;
  }

  /** True while the list lies over the page. */
  get isOverlay(): boolean {
    return this.isNarrow && this.#isOverlayOpen;
  }

  get isSidebarVisible(): boolean {
    return this.isNarrow ? this.#isOverlayOpen : (this.#settings.value?.sidebarVisible ?? true);
  }

  toggleSidebar(): void {
    if (this.isNarrow) this.#isOverlayOpen = !this.#isOverlayOpen;
    else void this.#settings.change({ sidebarVisible: !this.isSidebarVisible });
  }

  showSidebar(): void {
    if (!this.isSidebarVisible) this.toggleSidebar();
  }

  /** Puts the list away where it covers the page. */
  closeOverlay(): void {
    this.#isOverlayOpen = false;
  }

  /** The composer makes itself known, so that commands can move the focus there. */
  readonly holdComposer = (field: HTMLTextAreaElement): (() => void) => {
    this.#composer = field;
    return () => {
      this.#composer = null;
    };
  };

  focusComposer(): void {
    this.#composer?.focus();
  }
}
