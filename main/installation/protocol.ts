import type { ErrorReport } from '../../preload/contract/errors.ts';
import type { ConversionType } from '../../preload/contract/library.ts';

/**
 * What main and an installation process say to each other, as JSON over the child's IPC channel. One process does one job
 * and exits. It holds no truth but what lies in the job's folder, so it may be killed at any time.
 */

/** Fetch a checkpoint, convert it, verify it. */
export interface InstallJob {
  kind: 'install';
  hubUrl: string;
  /** `owner/name` on the hub. */
  repository: string;
  revision: string;
  /** What the model calls itself in its file. */
  name: string;
  type: ConversionType;
  /** Where everything lies that is needed on the way; it exists. */
  workFolder: string;
  outPath: string;
}

/** Convert a checkpoint that is on this machine. */
export interface ConvertJob {
  kind: 'convert';
  folder: string;
  type: ConversionType;
  outPath: string;
}

/** Read a whole file for its SHA-256, and copy it on the way when `copyTo` names a place. */
export interface HashJob {
  kind: 'hash';
  path: string;
  copyTo: string | null;
}

/** Measure how fast all cores together read from memory. */
export interface MeasureMemoryJob {
  kind: 'measure-memory';
}

/** Fetch an add-on of the engine, verify it, unpack it. */
export interface AddonJob {
  kind: 'addon';
  archive: AddonArchive;
  /** Where everything lies that is needed on the way. */
  workFolder: string;
  /** Gets its name when it is complete. */
  outFolder: string;
}

/** An archive that the app was built to fetch. */
export interface AddonArchive {
  url: string;
  sizeBytes: number;
  sha256: string;
  unpackedBytes: number;
}

export type Job = InstallJob | ConvertJob | HashJob | MeasureMemoryJob | AddonJob;

/** `verifying` is the whole end of an add-on: it is compared and unpacked. */
export type InstallPhase = 'checking' | 'downloading' | 'converting' | 'verifying';

/** How far a job is; what does not belong to its kind stays 0. */
export interface JobProgress {
  phase: InstallPhase;
  fetchedBytes: number;
  totalBytes: number;
  /** Share of the weights that are converted, or of the file that is read; 0 to 1. */
  fraction: number;
}

/** What each kind of job ends with. */
export interface JobResults {
  install: { sizeBytes: number; sha256: string };
  convert: { sizeBytes: number; sha256: string };
  hash: { sha256: string };
  'measure-memory': { bytesPerSecond: number };
  addon: null;
}

export type JobRequest = { kind: 'start'; job: Job } | { kind: 'stop' };

export type JobEvent =
  | { kind: 'progress'; progress: JobProgress }
  | { kind: 'done'; result: JobResults[keyof JobResults] }
  | { kind: 'failed'; error: ErrorReport };
