import { readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AppError, toErrorReport, type ErrorReport } from '../../preload/contract/errors.ts';
import type { CudaAddonState, CudaAddonStep } from '../../preload/contract/cuda-addon.ts';
import { archivePathIn, isAddonComplete } from '../installation/addon-content.ts';
import type { RunningJob, StartJob } from '../installation/client.ts';
import type { JobProgress } from '../installation/protocol.ts';
import type { CudaArchiveFacts } from './cuda-archive.ts';
import { createEmitter } from './emitter.ts';
import type { Models } from './models.ts';
import type { NvidiaFacts } from './nvidia.ts';
import { createPace } from './pace.ts';
import type { SettingsService } from './settings.ts';

export interface CudaAddonOptions {
  /** What can be fetched; null where this copy of the app was built without. */
  archive: CudaArchiveFacts | null;
  /** Whether there is such an engine for this system at all. */
  isKnownSystem: boolean;
  /** Folder of all add-ons. */
  addonsFolder: string;
  settings: Pick<SettingsService, 'get' | 'change' | 'onChanged'>;
  models: Pick<Models, 'renew' | 'unload' | 'ensureLoaded'>;
  startJob: StartJob;
  lookForNvidia: () => NvidiaFacts;
  /** Whether any answer is queued or being written. */
  isAnswering: () => boolean;
  now: () => number;
}

/** Windows hear of progress at most this often. */
const tellEveryMs = 250;
const unfinishedEnd = '.unfinished';
const removedEnd = '.removed';

/** What lies in the folder of add-ons. */
interface Found {
  isReady: boolean;
  /** Bytes of an archive that is on its way; null where none was begun. */
  fetchedBytes: number | null;
  unused: CudaAddonState['unused'];
}

/**
 * llama.cpp's engine for NVIDIA cards, which is larger than everything else of the app together and therefore fetched
 * only by those who want it. It is fetched by a process of its own, which may be killed at any time, and goes on when the
 * owner says so, never by itself.
 */
export function createCudaAddon(options: CudaAddonOptions) {
  const { archive, isKnownSystem, addonsFolder, settings, models, startJob, lookForNvidia, isAnswering, now } = options;
  const changed = createEmitter<CudaAddonState>();
  const name = `cuda-${archive?.engineVersion ?? 'none'}`;
  const folder = join(addonsFolder, name);
  const workFolder = `${folder}${unfinishedEnd}`;
  let found: Found = { isReady: false, fetchedBytes: null, unused: null };
  let nvidia: NvidiaFacts = { hasDriver: false, hasCudaLibraries: false };
  let job: RunningJob<null> | null = null;
  /** Resolves when the job is over and what came of it is known. */
  let work: Promise<void> = Promise.resolve();
  /** How far the job is. */
  let advance: CudaAddonStep = { kind: 'fetching', fetchedBytes: 0, secondsLeft: null };
  let failure: ErrorReport | null = null;

  /** Looks at what lies in the folder. */
  const look = async (): Promise<void> => {
    const names = await readdir(addonsFolder).catch((): string[] => []);
    const isReady = archive !== null && isAddonComplete(folder);
    // A kill came after the last step, and before its traces were removed.
    if (isReady && job === null) await rm(workFolder, { recursive: true, force: true });
    const isDamaged = !isReady && names.includes(name);
    const others = names.filter((other) => ![name, basename(workFolder)].includes(other));
    found = {
      isReady,
      fetchedBytes: names.includes(basename(workFolder)) ? await fetchedBytes() : null,
      unused: isDamaged ? 'damaged' : others.length > 0 ? 'earlier' : null,
    };
  };

  const fetchedBytes = async (): Promise<number> => {
    if (archive === null) return 0;
    const { fetchedBytesOf } = await import('../installation/process/download/download.ts');
    return fetchedBytesOf(archivePathIn(workFolder, archive.url));
  };

  const step = (): CudaAddonStep => {
    if (job !== null) return advance;
    if (found.isReady) return { kind: 'ready' };
    if (!isKnownSystem) return { kind: 'not-offered', because: 'system' };
    if (!nvidia.hasDriver) return { kind: 'not-offered', because: 'driver' };
    if (settings.get().device === 'cpu') return { kind: 'not-offered', because: 'processor' };
    if (archive === null) return { kind: 'not-offered', because: 'archive' };
    return found.fetchedBytes === null ? { kind: 'offered' } : { kind: 'paused', fetchedBytes: found.fetchedBytes };
  };

  const unused = (): CudaAddonState['unused'] =>
    found.unused ?? (found.fetchedBytes !== null && step().kind === 'not-offered' ? 'unfinished' : null);

  const state = (): CudaAddonState => ({
    step: step(),
    archive:
      archive === null
        ? null
        : { url: archive.url, sizeBytes: archive.sizeBytes, unpackedBytes: archive.unpackedBytes },
    folder,
    hasCudaLibraries: nvidia.hasCudaLibraries,
    unused: unused(),
    failure,
  });

  const announce = (): void => changed.emit(state());

  const refresh = async (): Promise<CudaAddonState> => {
    nvidia = lookForNvidia();
    await look();
    return state();
  };

  const follow = (totalBytes: number): ((progress: JobProgress) => void) => {
    const pace = createPace(now);
    let toldAt = 0;
    return ({ phase, fetchedBytes, fraction }) => {
      const before = advance.kind;
      if (phase === 'verifying') advance = { kind: 'unpacking', fraction };
      else {
        const perSecond = pace.perSecond(fetchedBytes);
        const secondsLeft = perSecond === null ? null : Math.ceil((totalBytes - fetchedBytes) / perSecond);
        advance = { kind: 'fetching', fetchedBytes, secondsLeft };
      }
      if (now() - toldAt < tellEveryMs && advance.kind === before) return;
      toldAt = now();
      announce();
    };
  };

  /** Another engine, and what was found out about devices with the one before says nothing about it. */
  const changeEngine = async (): Promise<void> => {
    await settings.change({ deviceSteps: {} });
    models.renew();
  };

  const run = async (running: RunningJob<null>): Promise<void> => {
    try {
      await running.result;
      // What cannot be removed now is told as not used.
      await removeAllBut(name).catch(() => undefined);
      await changeEngine();
    } catch (error) {
      const report = toErrorReport(error);
      failure = report.code === 'cancelled' ? null : wordedFailure(report);
    } finally {
      job = null;
      // What cannot be looked at now is when somebody asks.
      await look().catch(() => undefined);
      announce();
    }
  };

  const removeAllBut = async (kept: string | null): Promise<void> => {
    const names = await readdir(addonsFolder).catch((): string[] => []);
    for (const each of names.filter((other) => other !== kept)) {
      const gone = join(addonsFolder, `${each}${removedEnd}`);
      await rm(gone, { recursive: true, force: true });
      // At once and as a whole: half of it is never seen under its name.
      await rename(join(addonsFolder, each), gone);
      await rm(gone, { recursive: true, force: true });
    }
  };

  const end = async (): Promise<void> => {
    await job?.stop();
    await work;
  };

  settings.onChanged((after, before) => {
    if (after.device !== before.device) announce();
  });

  return {
    state: refresh,
    onChanged: changed.on,

    /** Where the engine finds it; null where there is none that is complete. Asked before every start of the engine. */
    folder: (): string | null => (archive !== null && isAddonComplete(folder) ? folder : null),

    /**
     * Begins to fetch it, or goes on.
     * @throws AppError `not-found` where it is not offered
     */
    async fetch(): Promise<CudaAddonState> {
      const { step: here } = await refresh();
      // A second press while the first one is looked at finds the job of the first one.
      if (job !== null || here.kind === 'ready') return state();
      if (archive === null || (here.kind !== 'offered' && here.kind !== 'paused')) {
        throw new AppError('not-found', 'The engine for NVIDIA cards is not offered on this machine.');
      }
      failure = null;
      advance = { kind: 'fetching', fetchedBytes: found.fetchedBytes ?? 0, secondsLeft: null };
      const { url, sizeBytes, sha256, unpackedBytes } = archive;
      job = startJob(
        { kind: 'addon', archive: { url, sizeBytes, sha256, unpackedBytes }, workFolder, outFolder: folder },
        { onProgress: follow(sizeBytes), proxyUrl: settings.get().proxyUrl },
      );
      work = run(job);
      announce();
      return state();
    },

    /** What was fetched stays. */
    async stop(): Promise<CudaAddonState> {
      await end();
      return refresh();
    },

    /**
     * Deletes it, what was fetched of it, and what is left of earlier versions.
     * @throws AppError `busy` while an answer is being written with it
     */
    async remove(): Promise<CudaAddonState> {
      await end();
      await look();
      const wasReady = found.isReady;
      if (wasReady && isAnswering()) {
        throw new AppError('busy', 'An answer is still being written. Stop it before removing the engine.');
      }
      // Windows deletes no library that is loaded.
      if (wasReady) await models.unload();
      failure = null;
      try {
        await removeAllBut(null);
      } finally {
        if (wasReady) {
          await changeEngine();
          models.ensureLoaded().catch(() => undefined); // Shown as the model's state.
        }
        await look();
        announce();
      }
      return state();
    },

    dispose: end,
  };
}

/** The messages of downloads speak of mirrors, and there is none here. */
function wordedFailure(report: ErrorReport): ErrorReport {
  // A disk that gives back other bytes is told as it is.
  if (report.code === 'hash-mismatch' && !('expected' in report.details)) return report;
  switch (report.code) {
    case 'not-found':
      return {
        ...report,
        message: 'The page of releases does not have this engine. Look for a newer version of the app.',
      };
    case 'hash-mismatch':
      return {
        ...report,
        message:
          'What came is not the engine that belongs to this version of the app. It was deleted. Try again later.',
      };
    default:
      return report;
  }
}
