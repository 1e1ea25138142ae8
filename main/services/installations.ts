import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { AppError, toErrorReport } from '../../preload/contract/errors.ts';
import type { ConversionType, Installation } from '../../preload/contract/library.ts';
import type { InstallationRecord } from '../database/model-records.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import type { RunningJob, StartJob } from '../installation/client.ts';
import type { JobProgress, JobResults } from '../installation/protocol.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { createEmitter } from './emitter.ts';
import { createPace } from './pace.ts';
import type { SettingsService } from './settings.ts';

export interface InstallationsOptions {
  database: DatabaseClient;
  settings: SettingsService;
  startJob: StartJob;
  /** Folder of the app's own models. */
  modelsFolder: string;
  catalogue: readonly CatalogueEntry[];
  /** Called with a finished file, before the installation is forgotten. */
  onInstalled: (installed: {
    entry: CatalogueEntry;
    type: ConversionType;
    path: string;
    sha256: string;
  }) => Promise<void>;
  now: () => number;
}

/** Windows hear of progress at most this often. */
const tellEveryMs = 250;

interface UnderWay {
  record: InstallationRecord;
  entry: CatalogueEntry;
  shown: Installation;
  job: RunningJob<JobResults['install']> | null;
}

/**
 * Models on their way. What was ordered is in the database, how far it is in a folder of its own beside the models, so
 * an installation survives quitting and crashes; it goes on when the owner says so, never by itself. One runs at a time.
 */
export async function createInstallations(options: InstallationsOptions) {
  const { database, settings, startJob, modelsFolder, catalogue, onInstalled, now } = options;
  const changed = createEmitter<undefined>();
  const advanced = createEmitter<Installation>();
  const all = new Map<string, UnderWay>();

  const workFolderOf = ({ entry, record }: Pick<UnderWay, 'entry' | 'record'>): string =>
    join(modelsFolder, `${entry.id}-${record.type}.unfinished`);

  const outPathOf = ({ entry, record }: Pick<UnderWay, 'entry' | 'record'>): string =>
    join(modelsFolder, `${entry.id}-${record.type}.gguf`);

  const take = (record: InstallationRecord): UnderWay | null => {
    const entry = catalogue.find(({ id }) => id === record.catalogueId);
    if (entry === undefined) return null;
    const shown: Installation = {
      id: record.id,
      catalogueId: entry.id,
      name: entry.name,
      type: record.type,
      state: 'paused',
      fetchedBytes: 0,
      totalBytes: entry.weightBytes.reduce((sum, size) => sum + size, 0),
      convertedFraction: 0,
      bytesPerSecond: null,
      secondsLeft: null,
      error: null,
    };
    const underWay: UnderWay = { record, entry, shown, job: null };
    all.set(record.id, underWay);
    return underWay;
  };

  const show = (underWay: UnderWay, change: Partial<Installation>): void => {
    underWay.shown = { ...underWay.shown, ...change };
    changed.emit(undefined);
  };

  const find = (installationId: string): UnderWay => {
    const underWay = all.get(installationId);
    if (underWay === undefined) throw new AppError('not-found', 'This model is no longer on its way.');
    return underWay;
  };

  const forget = async (underWay: UnderWay): Promise<void> => {
    await database.deleteInstallation(underWay.record.id);
    all.delete(underWay.record.id);
    await rm(workFolderOf(underWay), { recursive: true, force: true });
    // What the conversion has so far lies beside the place of the finished file.
    for (const suffix of ['.part', '.journal']) await rm(`${outPathOf(underWay)}${suffix}`, { force: true });
    changed.emit(undefined);
  };

  const follow = (underWay: UnderWay): ((progress: JobProgress) => void) => {
    const pace = createPace(now);
    let toldAt = 0;
    return ({ phase, fetchedBytes, totalBytes, fraction }) => {
      const before = underWay.shown.state;
      const bytesPerSecond = phase === 'downloading' ? pace.perSecond(fetchedBytes) : null;
      underWay.shown = {
        ...underWay.shown,
        state: phase,
        fetchedBytes,
        totalBytes: totalBytes === 0 ? underWay.shown.totalBytes : totalBytes,
        convertedFraction: fraction,
        bytesPerSecond,
        secondsLeft: bytesPerSecond === null ? null : Math.ceil((totalBytes - fetchedBytes) / bytesPerSecond),
      };
      if (before !== phase) changed.emit(undefined);
      if (now() - toldAt < tellEveryMs && before === phase) return;
      toldAt = now();
      advanced.emit(underWay.shown);
    };
  };

  const run = async (underWay: UnderWay): Promise<void> => {
    const { entry, record } = underWay;
    const workFolder = workFolderOf(underWay);
    const outPath = outPathOf(underWay);
    show(underWay, { state: 'checking', error: null, bytesPerSecond: null, secondsLeft: null });
    try {
      await mkdir(workFolder, { recursive: true, mode: 0o700 });
      const { hubUrl, proxyUrl } = settings.get();
      const { repository, name } = entry;
      const job = startJob(
        { kind: 'install', hubUrl, repository, revision: 'main', name, type: record.type, workFolder, outPath },
        { onProgress: follow(underWay), proxyUrl },
      );
      underWay.job = job;
      const { sha256 } = await job.result;
      await onInstalled({ entry, type: record.type, path: outPath, sha256 });
      await forget(underWay);
    } catch (error) {
      const report = toErrorReport(error);
      const change = { bytesPerSecond: null, secondsLeft: null };
      if (report.code === 'cancelled') show(underWay, { ...change, state: 'paused' });
      else show(underWay, { ...change, state: 'failed', error: report });
    } finally {
      underWay.job = null;
    }
  };

  const begin = (underWay: UnderWay): void => {
    const other = [...all.values()].find(({ shown }) => shown.state !== 'paused' && shown.state !== 'failed');
    if (other === underWay) return;
    if (other !== undefined) {
      throw new AppError('busy', `${other.shown.name} is on its way. Pause it, or wait until it is done.`);
    }
    underWay.shown = { ...underWay.shown, state: 'checking' };
    void run(underWay);
  };

  for (const record of await database.listInstallations()) take(record);

  return {
    list: (): Installation[] => [...all.values()].map(({ shown }) => shown),
    onChanged: changed.on,
    onAdvanced: advanced.on,
    /**
     * Begins to fetch and convert a model; goes on with one that is already on its way.
     * @throws AppError `not-found` for an unknown model, `busy` while another one is on its way
     */
    async install(catalogueId: string, type: ConversionType): Promise<Installation> {
      const entry = catalogue.find(({ id }) => id === catalogueId);
      if (entry === undefined) throw new AppError('not-found', 'The catalogue has no such model.');
      let underWay = [...all.values()].find(({ record }) => record.catalogueId === catalogueId && record.type === type);
      if (underWay === undefined) {
        const record: InstallationRecord = { id: uuidv7(), catalogueId, type, createdAt: now() };
        underWay = take(record) ?? undefined;
        if (underWay === undefined) throw new AppError('not-found', 'The catalogue has no such model.');
        try {
          begin(underWay);
          await database.saveInstallation(record);
        } catch (error) {
          all.delete(record.id);
          throw error;
        }
      } else begin(underWay);
      changed.emit(undefined);
      return underWay.shown;
    },
    /** What is finished stays; nothing more is fetched. */
    async pause(installationId: string): Promise<void> {
      await find(installationId).job?.stop();
    },
    resume(installationId: string): void {
      begin(find(installationId));
    },
    /** Ends it and deletes what it left. */
    async cancel(installationId: string): Promise<void> {
      const underWay = find(installationId);
      await underWay.job?.stop();
      await forget(underWay);
    },
    async dispose(): Promise<void> {
      await Promise.all([...all.values()].flatMap(({ job }) => job?.stop() ?? []));
    },
  };
}

export type Installations = Awaited<ReturnType<typeof createInstallations>>;
