import type { AssistantApi } from '../../preload/contract/api.ts';
import type { CopyScope, ExchangeProgress, InspectedImport } from '../../preload/contract/exchange.ts';
import { toAppError, unwrap } from '../lib/api.ts';
import { busyWords, exportedText, importedText, inspectedText, type ExchangeJob } from '../lib/exchange-words.ts';
import type { AnnouncerStore } from './announcer.svelte.ts';
import type { NoticesStore } from './notices.svelte.ts';
import type { SettingsStore } from './settings.svelte.ts';

/** Conversations on their way out and in. Main asks for files and folders; this follows one job at a time. */
export class ExchangeStore {
  /** What is going on, from the question for a file to the end. */
  running = $state<ExchangeJob | null>(null);
  /** How far it has come; null while the owner chooses a place. */
  progress = $state.raw<ExchangeProgress | null>(null);
  isCancelling = $state(false);
  /** The file that was looked at and waits for a decision. */
  inspected = $state.raw<InspectedImport | null>(null);
  readonly #api: AssistantApi;
  readonly #notices: NoticesStore;
  readonly #announcer: AnnouncerStore;
  readonly #settings: SettingsStore;

  constructor(api: AssistantApi, notices: NoticesStore, announcer: AnnouncerStore, settings: SettingsStore) {
    this.#api = api;
    this.#notices = notices;
    this.#announcer = announcer;
    this.#settings = settings;
  }

  /** Follows how far the job comes; gives the function that stops following. */
  start(): () => void {
    return this.#api.exchange.onAdvanced((progress) => {
      if (this.running !== null) this.progress = progress;
    });
  }

  /** Exports these conversations, or all with null, in the form that was chosen last. */
  async export(conversationIds: string[] | null): Promise<void> {
    const settings = this.#settings.value;
    if (settings === null) return;
    const { exportFormat: format, exportBranches: branches } = settings;
    await this.#run('export', async () => {
      const outcome = await unwrap(this.#api.exchange.export({ conversationIds, format, branches }));
      if (outcome !== null) this.#notices.say(exportedText(outcome));
    });
  }

  /** Opens the system's print dialog for a conversation, with the branches that an export would have. */
  async print(conversationId: string): Promise<void> {
    const settings = this.#settings.value;
    if (settings === null) return;
    await this.#run('print', async () => {
      await unwrap(this.#api.exchange.print({ conversationId, branches: settings.exportBranches }));
    });
  }

  /** Puts Markdown on the clipboard: of a message, of the branch down to it, or of a conversation as it is shown. */
  async copy(scope: CopyScope, id: string): Promise<void> {
    try {
      await unwrap(this.#api.exchange.copy({ scope, id }));
      this.#announcer.say('Copied.');
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  /** Lets the owner pick a file, or a folder, and finds out what an import of it would do. */
  async inspect(isFolder: boolean): Promise<void> {
    await this.#run('inspect', async () => {
      this.inspected = null;
      this.inspected = await unwrap(this.#api.exchange.inspect({ isFolder }));
      if (this.inspected !== null) this.#announcer.say(inspectedText(this.inspected));
    });
  }

  /** Imports the file that was looked at. After a failure it waits on, so that it can be tried again. */
  async import(): Promise<void> {
    const { inspected } = this;
    if (inspected === null) return;
    await this.#run('import', async () => {
      this.progress = { fraction: 0, counts: null };
      const report = await unwrap(this.#api.exchange.import({ id: inspected.id }));
      this.inspected = null;
      this.#notices.say(importedText(inspected.fileName, report));
    });
  }

  /** Leaves the file that was looked at alone. */
  dismiss(): void {
    if (this.running === null) this.inspected = null;
  }

  /** Asks the job to end; it does so at its next step. */
  async cancel(): Promise<void> {
    if (this.running === null || this.isCancelling) return;
    this.isCancelling = true;
    try {
      await unwrap(this.#api.exchange.cancel());
    } catch (failure) {
      this.isCancelling = false;
      this.#notices.fail(failure);
    }
  }

  async #run(kind: ExchangeJob, work: () => Promise<void>): Promise<void> {
    if (this.running !== null) {
      this.#notices.say(busyWords);
      return;
    }
    this.running = kind;
    try {
      await work();
    } catch (thrown) {
      const failure = toAppError(thrown);
      if (failure.code === 'cancelled') this.#notices.say(failure.message);
      else this.#notices.fail(failure);
    } finally {
      this.running = null;
      this.progress = null;
      this.isCancelling = false;
    }
  }
}
