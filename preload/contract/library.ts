import { z } from 'zod';
import type { Envelope, ErrorReport } from './errors.ts';

/** Types of weights that a checkpoint can be converted to, smallest last, as llama.cpp names them. */
export const conversionTypes = ['F16', 'Q8_0', 'Q6_K', 'Q5_K_M', 'Q4_K_M', 'Q4_0'] as const;
export type ConversionType = (typeof conversionTypes)[number];
export const defaultConversionType: ConversionType = 'Q4_K_M';

/**
 * What stands around the turns of a prompt, as texts that may hold the model's own control tokens. A prompt is
 * `start`, then for each turn what stands before it, its text, and what stands after it.
 */
export const turnTextsSchema = z.strictObject({
  start: z.string().max(20_000),
  beforeQuestion: z.string().max(2_000),
  afterQuestion: z.string().max(2_000),
  beforeAnswer: z.string().max(2_000),
  afterAnswer: z.string().max(2_000),
});
export type TurnTexts = z.infer<typeof turnTextsSchema>;

/**
 * How the prompts of a model are built: with Open-Assistant's turn marks, with what its own chat template puts around
 * the turns, or as plain text that the model continues.
 */
export const promptFormatSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('open-assistant') }),
  z.strictObject({ kind: z.literal('chat-template'), texts: turnTextsSchema }),
  z.strictObject({ kind: z.literal('completion') }),
]);
export type PromptFormat = z.infer<typeof promptFormatSchema>;

/** What the header of a GGUF says, after it was read in a process of its own. */
export interface ModelFacts {
  /** `general.name`, or the file's name. */
  name: string;
  architecture: string;
  /** Such as `Q4_K_M`; null when the file does not say. */
  quantization: string | null;
  sizeBytes: number;
  layers: number;
  width: number;
  /** What the window takes in memory for each token, at 16 bits. */
  stateBytesPerToken: number;
  /** Tokens of the window that the model was trained with. */
  contextTokens: number;
  vocabularySize: number;
  /** Null when the file has neither Open-Assistant's turn marks nor a chat template that could be followed. */
  promptFormat: PromptFormat | null;
  /** Why there is no prompt format, in a sentence; null when there is one. */
  withoutFormat: string | null;
}

/** Whether a model is likely to run well on this machine. Sizes in bytes. */
export interface Fit {
  /** Weights, window and working memory. */
  memoryBytes: number;
  verdict: 'fits' | 'tight' | 'too-large';
  /** Expected speed of writing; null where nothing is known of this machine yet. */
  tokensPerSecond: number | null;
}

/** A model that can be used now. */
export interface LibraryModel {
  /** `guide`, or a UUID. */
  id: string;
  name: string;
  path: string;
  fileName: string;
  sizeBytes: number;
  quantization: string | null;
  contextTokens: number;
  format: PromptFormat['kind'];
  source: 'guide' | 'catalogue' | 'file';
  catalogueId: string | null;
  /** Whether the file lies in the app's own folder of models, so that removing the model deletes it. */
  isManaged: boolean;
  sha256: string | null;
  /** When the whole file was last compared with its hash; ms since 1970. */
  verifiedAt: number | null;
  /** `changed`: not the file that was added; `missing`: not there at the moment. */
  fileState: 'ok' | 'missing' | 'changed';
  fit: Fit;
  isInUse: boolean;
}

/** One quantization of a model of the catalogue. */
export interface CatalogueVariant {
  type: ConversionType;
  fileBytes: number;
  /** Most disk that fetching and converting takes at once, the finished file included. */
  peakDiskBytes: number;
  fit: Fit;
  /** The installed model of this type, if there is one. */
  modelId: string | null;
}

/** A model that can be fetched and converted. */
export interface CatalogueModel {
  id: string;
  name: string;
  /** What it is, in a sentence or two. */
  summary: string;
  /** What it fails at, a sentence each. */
  limits: string[];
  /** `owner/name` on the hub. */
  repository: string;
  licence: string;
  /** Such as "11.8 billion". */
  parameters: string;
  contextTokens: number;
  downloadBytes: number;
  variants: CatalogueVariant[];
}

export type InstallationState = 'checking' | 'downloading' | 'converting' | 'verifying' | 'paused' | 'failed';

/** A model on its way: fetched, converted, verified. Survives quitting and crashes. */
export interface Installation {
  id: string;
  catalogueId: string;
  name: string;
  type: ConversionType;
  state: InstallationState;
  /** Of everything there is to fetch. */
  fetchedBytes: number;
  totalBytes: number;
  /** Share of the weights that are converted, 0 to 1. */
  convertedFraction: number;
  /** Null while it cannot be told. */
  bytesPerSecond: number | null;
  secondsLeft: number | null;
  /** Why it failed; null otherwise. */
  error: ErrorReport | null;
}

export interface Machine {
  memoryBytes: number;
  freeDiskBytes: number;
  /** Where fetched and copied models lie. */
  modelsFolder: string;
}

/** Everything the models page shows. */
export interface Library {
  models: LibraryModel[];
  catalogue: CatalogueModel[];
  installations: Installation[];
  machine: Machine;
}

/** A file that the owner picked, inspected and not yet added. */
export interface InspectedFile {
  path: string;
  facts: ModelFacts;
  fit: Fit;
  /** The model that this file already is in the library, if it is. */
  modelId: string | null;
}

const modelId = z.union([z.literal('guide'), z.uuid()]);
const installationId = z.uuid();
const path = z.string().min(1).max(4096);

export const libraryInputs = {
  'library:get': z.undefined(),
  'library:inspect-file': z.strictObject({ path: path.nullable() }),
  'library:add-file': z.strictObject({ path, copy: z.boolean(), asCompletion: z.boolean() }),
  'library:use': z.strictObject({ modelId, ignoreMemory: z.boolean().optional() }),
  'library:verify': z.strictObject({ modelId }),
  'library:cancel-reading': z.strictObject({ of: path }),
  'library:reveal': z.strictObject({ modelId }),
  'library:remove': z.strictObject({ modelId }),
  'library:install': z.strictObject({ catalogueId: z.string().max(100), type: z.enum(conversionTypes) }),
  'library:pause-installation': z.strictObject({ installationId }),
  'library:resume-installation': z.strictObject({ installationId }),
  'library:cancel-installation': z.strictObject({ installationId }),
};

export interface LibraryApi {
  get(): Promise<Envelope<Library>>;
  /**
   * Looks at a GGUF in a process of its own. With null the owner picks it in a dialog; null comes back when that was
   * cancelled. Fails with `model-missing`, `model-unreadable` or `model-unsupported`.
   */
  inspectFile(input: { path: string | null }): Promise<Envelope<InspectedFile | null>>;
  /**
   * Adds a file to the library, where it lies or as a copy in the app's folder (progress by `onCopying`). A file without
   * a prompt format is only taken with `asCompletion`.
   */
  addFile(input: { path: string; copy: boolean; asCompletion: boolean }): Promise<Envelope<LibraryModel>>;
  /** Path of a file that was dropped on the window. */
  pathOfDropped(file: File): string;
  /**
   * Loads the model and uses it from now on; `ignoreMemory` even when it seems not to fit. Fails with `busy` while an
   * answer is being written, `out-of-memory` (with `fitsShort` in the details), or a `model-*` code.
   */
  use(input: { modelId: string; ignoreMemory?: boolean | undefined }): Promise<Envelope<LibraryModel>>;
  /** Reads the whole file and compares its SHA-256 (progress by `onReading`). Fails with `hash-mismatch`. */
  verify(input: { modelId: string }): Promise<Envelope<LibraryModel>>;
  /** Stops reading or copying a file, by the model's id or by the path. */
  cancelReading(input: { of: string }): Promise<Envelope<null>>;
  /** Shows the file in the system's file manager. */
  reveal(input: { modelId: string }): Promise<Envelope<null>>;
  /** Forgets the model; a managed file is deleted. The model in use gives way to the guide. */
  remove(input: { modelId: string }): Promise<Envelope<null>>;
  /** Begins to fetch and convert. Fails with `disk-full` when there is no room for the whole job. */
  install(input: { catalogueId: string; type: ConversionType }): Promise<Envelope<Installation>>;
  pauseInstallation(input: { installationId: string }): Promise<Envelope<null>>;
  resumeInstallation(input: { installationId: string }): Promise<Envelope<null>>;
  /** Ends it and deletes what was fetched. */
  cancelInstallation(input: { installationId: string }): Promise<Envelope<null>>;
  /** The library as it is now, whenever something other than the progress of an installation changed. */
  onChanged(listener: (library: Library) => void): () => void;
  /** Up to four times a second for each installation under way. */
  onInstallationAdvanced(listener: (installation: Installation) => void): () => void;
  /** How much of a file has been read or copied, by model id or by path; null at the end. */
  onFileRead(listener: (progress: { of: string; fraction: number | null }) => void): () => void;
}
