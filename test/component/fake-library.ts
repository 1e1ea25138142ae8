import type { Envelope } from '../../preload/contract/errors.ts';
import type {
  CatalogueModel,
  CatalogueVariant,
  ConversionType,
  Fit,
  InspectedFile,
  Installation,
  Library,
  LibraryApi,
  LibraryModel,
} from '../../preload/contract/library.ts';

const gigabyte = 1e9;

function fit(memoryGigabytes: number, tokensPerSecond: number | null = null): Fit {
  const verdict = memoryGigabytes <= 18 ? 'fits' : memoryGigabytes <= 24 ? 'tight' : 'too-large';
  return { memoryBytes: memoryGigabytes * gigabyte, verdict, tokensPerSecond };
}

export const guideEntry: LibraryModel = {
  id: 'guide',
  name: 'OASST guide',
  path: '/opt/oasst-desktop/guide.gguf',
  fileName: 'guide.gguf',
  sizeBytes: 9_400_000,
  quantization: 'Q8_0',
  contextTokens: 512,
  format: 'open-assistant',
  source: 'guide',
  catalogueId: null,
  isManaged: false,
  sha256: null,
  verifiedAt: null,
  fileState: 'ok',
  fit: fit(0.08, 900),
  isInUse: true,
};

/** A fetched and converted SFT-1; tests change what they look at. */
export function libraryModel(change: Partial<LibraryModel> = {}): LibraryModel {
  const fileName = 'oasst-sft-1-12b-Q4_K_M.gguf';
  return {
    ...guideEntry,
    id: '00000000-0000-7000-8000-00000000a001',
    name: 'OASST SFT-1 12B',
    path: `/home/owner/.config/OASST Desktop/models/${fileName}`,
    fileName,
    sizeBytes: 7.58 * gigabyte,
    quantization: 'Q4_K_M',
    contextTokens: 2048,
    source: 'catalogue',
    catalogueId: 'oasst-sft-1-pythia-12b',
    isManaged: true,
    sha256: 'a'.repeat(64),
    fit: fit(9.2, 6.5),
    isInUse: false,
    ...change,
  };
}

function variant(type: ConversionType, fileGigabytes: number, tokensPerSecond: number): CatalogueVariant {
  return {
    type,
    fileBytes: fileGigabytes * gigabyte,
    peakDiskBytes: (fileGigabytes + 10) * gigabyte,
    fit: fit(fileGigabytes + 1.6, tokensPerSecond),
    modelId: null,
  };
}

export const catalogueModel: CatalogueModel = {
  id: 'oasst-sft-1-pythia-12b',
  name: 'OASST SFT-1 12B',
  summary:
    'The first English model of Open-Assistant, trained on about 22,000 demonstrations that people wrote before March 2023.',
  limits: ['Fails horribly at maths and code.', 'Often factually wrong, yet convincing.', 'Knows English only.'],
  repository: 'OpenAssistant/oasst-sft-1-pythia-12b',
  licence: 'Apache-2.0',
  parameters: '11.8 billion',
  contextTokens: 2048,
  downloadBytes: 23.84 * gigabyte,
  variants: [
    variant('F16', 23.8, 2.1),
    variant('Q8_0', 12.6, 3.9),
    variant('Q6_K', 9.73, 5),
    variant('Q5_K_M', 8.82, 5.6),
    variant('Q4_K_M', 7.58, 6.5),
    variant('Q4_0', 6.74, 7.3),
  ],
};

export const ownFile: InspectedFile = {
  path: '/home/owner/Downloads/pythia-1b.gguf',
  facts: {
    name: 'Pythia 1B deduped SFT',
    architecture: 'gptneox',
    quantization: 'Q8_0',
    sizeBytes: 1.08 * gigabyte,
    layers: 16,
    width: 2048,
    stateBytesPerToken: 131_072,
    contextTokens: 2048,
    vocabularySize: 50_288,
    promptFormat: { kind: 'open-assistant' },
    withoutFormat: null,
  },
  fit: fit(1.9),
  modelId: null,
};

type Answer = <T>(method: string, input: unknown, work: () => T) => Promise<Envelope<T>>;

/** The library as a window sees it; tests decide how far files and installations get. */
export class FakeLibrary {
  value: Library = {
    models: [guideEntry],
    catalogue: [catalogueModel],
    installations: [],
    machine: {
      memoryBytes: 24 * gigabyte,
      freeDiskBytes: 118 * gigabyte,
      modelsFolder: '/home/owner/.config/OASST Desktop/models',
    },
  };
  /** What the owner picks or drops; null when the dialog is cancelled. */
  file: InspectedFile | null = ownFile;
  /** What a long call waits for before it answers. */
  until: Promise<void> = Promise.resolve();
  readonly api: LibraryApi;
  readonly #answer: Answer;
  readonly #listeners = new Set<(library: Library) => void>();
  readonly #installationListeners = new Set<(installation: Installation) => void>();
  readonly #readListeners = new Set<(progress: { of: string; fraction: number | null }) => void>();

  constructor(answer: Answer) {
    this.#answer = answer;
    this.api = this.#createApi();
  }

  /** Changes the library and tells the window, as main does. */
  change(change: Partial<Library>): void {
    this.value = { ...this.value, ...change };
    for (const listener of this.#listeners) listener(structuredClone(this.value));
  }

  changeModel(id: string, change: Partial<LibraryModel>): LibraryModel {
    this.change({ models: this.value.models.map((model) => (model.id === id ? { ...model, ...change } : model)) });
    const changed = this.value.models.find((model) => model.id === id);
    if (changed === undefined) throw new Error(`no model ${id}`);
    return changed;
  }

  /** One step of the only installation. */
  advance(change: Partial<Installation>): void {
    const [installation] = this.value.installations;
    if (installation === undefined) throw new Error('nothing is on its way');
    const advanced = { ...installation, ...change };
    this.value = { ...this.value, installations: [advanced] };
    this.tell(advanced);
  }

  /** Progress of an installation, whether it is in the list or not. */
  tell(installation: Installation): void {
    for (const listener of this.#installationListeners) listener(structuredClone(installation));
  }

  /** The installation ends with a model in the list. */
  finishInstallation(): void {
    const model = libraryModel();
    this.change({
      installations: [],
      models: [...this.value.models, model],
      catalogue: this.value.catalogue.map((entry) => ({
        ...entry,
        variants: entry.variants.map((each) => (each.type === 'Q4_K_M' ? { ...each, modelId: model.id } : each)),
      })),
    });
  }

  read(of: string, fraction: number | null): void {
    for (const listener of this.#readListeners) listener({ of, fraction });
  }

  #createApi(): LibraryApi {
    return {
      get: () => this.#answer('library.get', undefined, () => this.value),
      inspectFile: (input) => this.#answer('library.inspectFile', input, () => this.file),
      addFile: (input) => this.#slowly('library.addFile', input, () => this.#add(input)),
      pathOfDropped: (file) => `/home/owner/dropped/${file.name}`,
      use: (input) => this.#slowly('library.use', input, () => this.#use(input.modelId)),
      verify: (input) =>
        this.#slowly('library.verify', input, () => this.changeModel(input.modelId, { verifiedAt: Date.now() })),
      cancelReading: (input) => this.#answer('library.cancelReading', input, () => null),
      reveal: (input) => this.#answer('library.reveal', input, () => null),
      remove: (input) =>
        this.#answer('library.remove', input, () => {
          this.change({ models: this.value.models.filter(({ id }) => id !== input.modelId) });
          return null;
        }),
      install: (input) => this.#answer('library.install', input, () => this.#install(input.catalogueId, input.type)),
      pauseInstallation: (input) => this.#answer('library.pauseInstallation', input, () => this.#set('paused')),
      resumeInstallation: (input) => this.#answer('library.resumeInstallation', input, () => this.#set('downloading')),
      cancelInstallation: (input) =>
        this.#answer('library.cancelInstallation', input, () => {
          this.change({ installations: [] });
          return null;
        }),
      onChanged: (listener) => follow(this.#listeners, listener),
      onInstallationAdvanced: (listener) => follow(this.#installationListeners, listener),
      onFileRead: (listener) => follow(this.#readListeners, listener),
    };
  }

  async #slowly<T>(method: string, input: unknown, work: () => T): Promise<Envelope<T>> {
    await this.until;
    return this.#answer(method, input, work);
  }

  #add({ copy, asCompletion }: { copy: boolean; asCompletion: boolean }): LibraryModel {
    const { path, facts } = this.file ?? ownFile;
    const added = libraryModel({
      ...{ name: facts.name, quantization: facts.quantization, sizeBytes: facts.sizeBytes, path, fileName: 'own.gguf' },
      id: '00000000-0000-7000-8000-00000000a002',
      source: 'file',
      format: asCompletion ? 'completion' : 'open-assistant',
      isManaged: copy,
    });
    this.change({ models: [...this.value.models, added] });
    return added;
  }

  #use(modelId: string): LibraryModel {
    this.change({ models: this.value.models.map((model) => ({ ...model, isInUse: model.id === modelId })) });
    return this.changeModel(modelId, { isInUse: true });
  }

  #install(catalogueId: string, type: ConversionType): Installation {
    const entry = this.value.catalogue.find(({ id }) => id === catalogueId) ?? catalogueModel;
    const installation: Installation = {
      id: '00000000-0000-7000-8000-00000000b001',
      catalogueId,
      name: entry.name,
      type,
      state: 'checking',
      fetchedBytes: 0,
      totalBytes: entry.downloadBytes,
      convertedFraction: 0,
      bytesPerSecond: null,
      secondsLeft: null,
      error: null,
    };
    this.change({ installations: [installation] });
    return installation;
  }

  #set(state: Installation['state']): null {
    const error = null;
    this.change({ installations: this.value.installations.map((each) => ({ ...each, state, error })) });
    return null;
  }
}

/** Follows an event; gives the function that stops following. */
export function follow<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
