import { SvelteMap } from 'svelte/reactivity';
import type { AssistantApi } from '../../preload/contract/api.ts';
import type {
  ConversionType,
  InspectedFile,
  Installation,
  Library,
  LibraryModel,
} from '../../preload/contract/library.ts';
import type { AppError } from '../../preload/contract/errors.ts';
import { toAppError, unwrap } from '../lib/api.ts';
import { phaseOf, titleOf } from '../lib/library-words.ts';
import type { AnnouncerStore } from './announcer.svelte.ts';
import type { NoticesStore } from './notices.svelte.ts';

/** What came of the last thing that was done to a model, an entry or an installation. */
export interface Outcome {
  readonly tone: 'plain' | 'failure';
  readonly text: string;
  /** What failed, where something did. */
  readonly failure?: AppError;
}

/** The key of `outcomes` for what is done to a file that is not in the library yet. */
const newFile = 'new-file';

/** The models of this computer, those that can be had, and those on their way. Main announces every change. */
export class LibraryStore {
  value = $state.raw<Library | null>(null);
  /** How the prompts of the model in use are built; null while unknown. */
  readonly formatInUse = $derived(this.value?.models.find(({ isInUse }) => isInUse)?.format ?? null);
  /** Why the library could not be read; null while it could. */
  failure = $state<string | null>(null);
  /** How much of a file has been read or copied, 0 to 1, by model id or by path. */
  readonly reading = new SvelteMap<string, number>();
  /** What to say beside a model, an entry of the catalogue or an installation, by its id. */
  readonly outcomes = new SvelteMap<string, Outcome>();
  /** The model that is being loaded, to be used from now on. */
  loadingId = $state<string | null>(null);
  /** The file that was looked at and waits for a decision. */
  inspected = $state.raw<InspectedFile | null>(null);
  /** What the app does with a new file at the moment. */
  fileStep = $state<'inspecting' | 'reading' | 'copying' | null>(null);
  readonly #api: AssistantApi;
  readonly #notices: NoticesStore;
  readonly #announcer: AnnouncerStore;
  /** Rises with every state that arrived, so that a slower answer to an earlier question is recognised. */
  #arrivals = 0;

  constructor(api: AssistantApi, notices: NoticesStore, announcer: AnnouncerStore) {
    this.#api = api;
    this.#notices = notices;
    this.#announcer = announcer;
  }

  /** Reads the library and follows it; gives the function that stops following. */
  start(): () => void {
    const stops = [
      this.#api.library.onChanged((library) => {
        this.#take(library);
      }),
      this.#api.library.onInstallationAdvanced((installation) => {
        this.#advance(installation);
      }),
      this.#api.library.onFileRead(({ of, fraction }) => {
        if (fraction === null) this.reading.delete(of);
        else this.reading.set(of, fraction);
      }),
    ];
    void this.refresh();
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Looks again: files may have come or gone, and so has free disk. */
  async refresh(): Promise<void> {
    const before = this.#arrivals;
    try {
      const library = await unwrap(this.#api.library.get());
      if (before === this.#arrivals) this.#take(library);
    } catch (failure) {
      this.failure = toAppError(failure).message;
    }
  }

  /** What came of looking at or adding a file. */
  get fileOutcome(): Outcome | null {
    return this.outcomes.get(newFile) ?? null;
  }

  /** Looks at a file before anything is done with it; with null the owner picks it. */
  async inspect(path: string | null): Promise<void> {
    if (this.fileStep !== null) return;
    this.inspected = null;
    this.fileStep = 'inspecting';
    await this.#act(newFile, async () => {
      this.inspected = await unwrap(this.#api.library.inspectFile({ path }));
      return null;
    });
    this.fileStep = null;
  }

  /** Looks at what was dropped on the window. */
  async inspectDropped(files: File[]): Promise<void> {
    const [file] = files;
    if (file === undefined || this.fileStep !== null) return;
    if (files.length > 1) {
      this.#conclude(newFile, {
        tone: 'failure',
        text: `${String(files.length)} files were dropped. Drop one at a time.`,
      });
      return;
    }
    await this.inspect(this.#api.library.pathOfDropped(file));
  }

  /** Leaves the file that was looked at alone. */
  dismissFile(): void {
    this.inspected = null;
    this.outcomes.delete(newFile);
  }

  /** Adds the file that was looked at; it is read as a whole, so that it can be verified later. Gives the new model, or null when that failed. */
  async addFile(copy: boolean): Promise<LibraryModel | null> {
    const file = this.inspected;
    if (file === null || this.fileStep !== null) return null;
    this.fileStep = copy ? 'copying' : 'reading';
    let added: LibraryModel | null = null;
    await this.#act(newFile, async () => {
      const asCompletion = file.facts.promptFormat === null;
      added = await unwrap(this.#api.library.addFile({ path: file.path, copy, asCompletion }));
      this.inspected = null;
      return `${titleOf(added.name, added.quantization)} is in the list.`;
    });
    this.reading.delete(file.path);
    this.fileStep = null;
    return added;
  }

  /** Loads a model and uses it from now on. False when it was not done. @param ignoreMemory although it seems not to fit */
  async use(modelId: string, ignoreMemory = false): Promise<boolean> {
    if (this.loadingId !== null) return false;
    this.loadingId = modelId;
    const isUsed = await this.#act(modelId, async () => {
      await unwrap(this.#api.library.use(ignoreMemory ? { modelId, ignoreMemory } : { modelId }));
      return null;
    });
    this.loadingId = null;
    return isUsed;
  }

  /** Reads the whole file and says whether it is still the one that was added. */
  async verify(modelId: string): Promise<void> {
    if (this.reading.has(modelId)) return;
    this.reading.set(modelId, 0);
    await this.#act(modelId, async () => {
      await unwrap(this.#api.library.verify({ modelId }));
      return 'Verified: every byte of the file is as it should be.';
    });
    this.reading.delete(modelId);
  }

  /** Stops reading or copying a file, by the model's id or by the path. */
  async cancelReading(of: string): Promise<void> {
    try {
      await unwrap(this.#api.library.cancelReading({ of }));
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  async reveal(modelId: string): Promise<void> {
    await this.#act(modelId, async () => unwrap(this.#api.library.reveal({ modelId })));
  }

  /** Forgets a model; a managed file is deleted. True when it is gone. */
  async remove({ id, name, quantization, isManaged }: LibraryModel): Promise<boolean> {
    const isGone = await this.#act(id, async () => unwrap(this.#api.library.remove({ modelId: id })));
    const end = isManaged ? 'is deleted.' : 'is no longer in the list. Its file stays where it is.';
    if (isGone) this.#notices.say(`${titleOf(name, quantization)} ${end}`);
    return isGone;
  }

  /** Begins to fetch and convert. True when it began. */
  async install(catalogueId: string, type: ConversionType): Promise<boolean> {
    return this.#act(catalogueId, async () => {
      await unwrap(this.#api.library.install({ catalogueId, type }));
      return null;
    });
  }

  async pause(installationId: string): Promise<void> {
    await this.#act(installationId, async () => unwrap(this.#api.library.pauseInstallation({ installationId })));
  }

  /** Goes on with what was paused, or tries again what failed. */
  async resume(installationId: string): Promise<void> {
    await this.#act(installationId, async () => unwrap(this.#api.library.resumeInstallation({ installationId })));
  }

  async cancel(installationId: string): Promise<boolean> {
    return this.#act(installationId, async () => unwrap(this.#api.library.cancelInstallation({ installationId })));
  }

  /** Does one thing; what it says, or why it failed, stands beside what it was done to. True when it was done. */
  async #act(id: string, work: () => Promise<string | null>): Promise<boolean> {
    this.outcomes.delete(id);
    try {
      const text = await work();
      if (text !== null) this.#conclude(id, { tone: 'plain', text });
      return true;
    } catch (thrown) {
      const failure = toAppError(thrown);
      const tone = failure.code === 'cancelled' ? 'plain' : 'failure';
      this.#conclude(id, { tone, text: failure.message, failure });
      return false;
    }
  }

  #conclude(id: string, outcome: Outcome): void {
    this.outcomes.set(id, outcome);
    this.#announcer.say(outcome.text);
  }

  #take(library: Library): void {
    const before = this.value;
    this.#arrivals += 1;
    this.value = library;
    this.failure = null;
    if (before === null) return;
    for (const installation of library.installations) this.#tellPhase(before, installation);
    for (const gone of before.installations) {
      if (library.installations.some(({ id }) => id === gone.id)) continue;
      this.outcomes.delete(gone.id);
      const entry = library.catalogue.find(({ id }) => id === gone.catalogueId);
      const isInstalled = entry?.variants.some(({ type, modelId }) => type === gone.type && modelId !== null);
      if (isInstalled === true) this.#notices.say(`${titleOf(gone.name, gone.type)} is installed and can be used.`);
    }
  }

  #advance(installation: Installation): void {
    const before = this.value;
    // What is not in the list was cancelled meanwhile; the list itself is on its way.
    if (before?.installations.some(({ id }) => id === installation.id) !== true) return;
    const installations = before.installations.map((known) => (known.id === installation.id ? installation : known));
    this.value = { ...before, installations };
    this.#tellPhase(before, installation);
  }

  /** Phases are spoken when they change, not at every percent of the way. */
  #tellPhase(before: Library, installation: Installation): void {
    const known = before.installations.find(({ id }) => id === installation.id);
    if (known?.state === installation.state) return;
    const { name, type, error } = installation;
    this.#announcer.say(`${titleOf(name, type)}: ${phaseOf(installation)}. ${error?.message ?? ''}`.trim());
  }
}
