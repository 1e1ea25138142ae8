import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Installation, Library, ModelFacts } from '../../preload/contract/library.ts';
import type { DatabaseClient } from '../database/protocol.ts';
import type { StartJob } from '../installation/client.ts';
import { readCatalogue } from './catalogue.ts';
import type { Emitter } from './emitter.ts';
import { createInstallations } from './installations.ts';
import { createLibrary } from './library.ts';
import type { Models } from './models.ts';
import type { SettingsService } from './settings.ts';

/** What windows hear of the library; there from the start, also before the library is. */
export interface LibraryEvents {
  changed: Emitter<Library>;
  advanced: Emitter<Installation>;
  fileRead: Emitter<{ of: string; fraction: number | null }>;
}

export interface LibraryOpeningOptions {
  database: DatabaseClient;
  settings: SettingsService;
  models: Models;
  inspect: (path: string) => Promise<ModelFacts>;
  startJob: StartJob;
  guidePath: string;
  cataloguePath: string;
  modelsFolder: string;
  cacheFolder: string;
  events: LibraryEvents;
  now: () => number;
}

const speedSchema = z.object({ machine: z.string(), bytesPerSecond: z.number().positive() });

/**
 * How fast this machine's memory is: measured once, in a process of its own, and remembered as long as the processor
 * is the same.
 */
async function createMemorySpeed(cacheFolder: string, startJob: StartJob, onMeasured: () => void) {
  const file = join(cacheFolder, 'memory-speed.json');
  const machine = cpus()
    .map(({ model }) => model)
    .join();
  const text = await readFile(file, 'utf8').catch(() => 'null');
  const stored = speedSchema.safeParse(safeJson(text)).data;
  let speed = stored?.machine === machine ? stored.bytesPerSecond : null;
  const measure = async (): Promise<void> => {
    const job = startJob({ kind: 'measure-memory' }, { onProgress: () => undefined, proxyUrl: null });
    speed = (await job.result).bytesPerSecond;
    onMeasured();
    await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
    await writeFile(file, JSON.stringify({ machine, bytesPerSecond: speed }), { mode: 0o600 });
  };
  // Without it, no speed is told.
  if (speed === null) measure().catch(() => undefined);
  return (): number | null => speed;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Builds the library and the installations, and has them tell what changes. */
export async function openLibrary(options: LibraryOpeningOptions) {
  const { database, settings, models, inspect, startJob, guidePath, modelsFolder, cacheFolder, events, now } = options;
  const [catalogue, guideFacts] = await Promise.all([readCatalogue(options.cataloguePath), inspect(guidePath)]);
  await mkdir(modelsFolder, { recursive: true, mode: 0o700 });
  const installations = await createInstallations({
    ...{ database, settings, startJob, modelsFolder, catalogue, now },
    onInstalled: async ({ entry, path, sha256 }) => {
      await library.addInstalled({ catalogueId: entry.id, path, sha256 });
    },
  });
  const memoryBytesPerSecond = await createMemorySpeed(cacheFolder, startJob, () => library.announce());
  const library = createLibrary({
    ...{ database, settings, models, installations, catalogue, inspect, startJob, modelsFolder, now },
    ...{ memoryBytesPerSecond, guide: { path: guidePath, facts: guideFacts } },
  });
  library.onChanged(events.changed.emit);
  library.onFileRead(events.fileRead.emit);
  installations.onAdvanced(events.advanced.emit);
  models.onChanged(({ state }) => {
    if (state === 'ready' || state === 'failed') library.announce();
  });
  return {
    ...library,
    installations,
    async dispose(): Promise<void> {
      await installations.dispose();
      await library.dispose();
    },
  };
}
