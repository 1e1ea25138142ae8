import { MediaQuery } from 'svelte/reactivity';
import type { SettingsSection } from '../../preload/contract/app-pages.ts';
import type { SettingsStore } from './settings.svelte.ts';

/** What can take the room beside the list of conversations. */
export type Page = 'transcript' | 'search' | 'models' | 'settings' | 'trash' | 'versions';

/** Which parts of the window are open. */
export class LayoutStore {
  /** Too narrow for two columns: the list lies over the page instead of beside it. */
  readonly #narrow = new MediaQuery('(max-width: 799px)');
  /** The transcript stays as it is behind the other pages. */
  page = $state<Page>('transcript');
  /** The part of the settings that is shown, or was shown last. */
  settingsSection = $state<SettingsSection>('general');
  dialog = $state<'palette' | 'shortcuts' | 'map' | null>(null);
  /** The conversation whose title is a text field at the moment. */
  renamingId = $state<string | null>(null);
  #isOverlayOpen = $state(false);
  /** The pages that lie behind this one, each with what had the focus there. */
  #way: { page: Page; focus: HTMLElement | null }[] = [];
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

  /** Shows a page and keeps the way back. One that lies on the way back already is not passed twice. */
  enter(page: Page, focus: HTMLElement | null): void {
    if (page === this.page) return;
    const index = this.#way.findIndex((stop) => stop.page === page);
    if (index === -1) this.#way.push({ page: this.page, focus });
    else this.#way.splice(index);
    this.page = page;
  }

  /** Goes back one page; gives what had the focus there. */
  leave(): HTMLElement | null {
    const stop = this.#way.pop();
    this.page = stop?.page ?? 'transcript';
    return stop?.focus ?? null;
  }

  /** Shows the transcript, whatever was passed on the way from it. */
  showTranscript(): void {
    this.#way = [];
    this.page = 'transcript';
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
