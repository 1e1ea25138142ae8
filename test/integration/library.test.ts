import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../preload/contract/errors.ts';
import type { Installation, Library } from '../../preload/contract/library.ts';
import { temporaryFolder } from '../support/database.ts';
import { modelFacts } from '../support/library.ts';
import { loadedModel } from '../support/scripted-engine.ts';
import { openServices } from '../support/services.ts';

const content = 'weights';
const sha256 = createHash('sha256').update(content).digest('hex');

/** A file of the owner's, somewhere on the disk. */
function ownFile(name = 'mine.gguf'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

const factsOfFile = (path: string) =>
  Promise.resolve(modelFacts({ name: path.includes('plain') ? 'Plain' : 'Mine', sizeBytes: content.length }));

async function openLibraryServices(inspect = factsOfFile) {
  const guidePath = ownFile('guide.gguf');
  const services = await openServices({
    guidePath,
    inspect,
    script: { load: (path) => Promise.resolve(loadedModel(path)) },
  });
  return { services, library: await services.library() };
}

describe('the library', () => {
  it('holds the guide, and says what the catalogue would take on this machine', async () => {
    const { library } = await openLibraryServices();
    const { models, catalogue, installations, machine } = await library.get();
    expect(models).toMatchObject([
      { id: 'guide', source: 'guide', isInUse: true, fileState: 'ok', format: 'open-assistant' },
    ]);
    expect(installations).toEqual([]);
    expect(machine.memoryBytes).toBeGreaterThan(0);
    const [first] = catalogue;
    expect(first).toMatchObject({ id: 'oasst-sft-1-pythia-12b', licence: 'Apache-2.0', contextTokens: 2048 });
    const sizes = new Map(first?.variants.map(({ type, fileBytes }) => [type, fileBytes / 1e9]));
    // As llama.cpp's own files of this shape are large (GB).
    expect(sizes.get('Q4_0')).toBeCloseTo(6.74, 0);
    expect(sizes.get('Q8_0')).toBeCloseTo(12.6, 1);
    expect(sizes.get('F16')).toBeCloseTo(23.8, 0);
    expect(first?.variants.every(({ fileBytes, peakDiskBytes }) => peakDiskBytes > fileBytes + 9e9)).toBe(true);
  });

  it('takes a file where it lies, uses it, and finds it in use at the next start', async () => {
    const { services, library } = await openLibraryServices();
    const path = ownFile();
    const heard: Library[] = [];
    services.libraryEvents.changed.on((change) => heard.push(change));
    const inspected = await library.inspectFile(path);
    expect(inspected).toMatchObject({ path, modelId: null, facts: { name: 'Mine' }, fit: { verdict: 'fits' } });
    const adding = library.addFile({ path, copy: false, asCompletion: false });
    const reading = await services.jobs.next();
    expect(reading.job).toEqual({ kind: 'hash', path, copyTo: null });
    reading.done({ sha256 });
    const model = await adding;
    expect(model).toMatchObject({ path, isManaged: false, sha256, fileState: 'ok', isInUse: false });
    expect(await library.use(model.id)).toMatchObject({ isInUse: true });
    expect(services.models.status()).toMatchObject({ state: 'ready', fileName: 'mine.gguf' });
    expect(services.engines.engines.at(-1)?.loads[0]).toMatchObject({
      modelSha256: sha256,
      promptFormat: { kind: 'open-assistant' },
    });
    while (heard.at(-1)?.models.find(({ id }) => id === model.id)?.isInUse !== true) await wait(5);
    const again = await openServices({ dataFolder: services.dataFolder, guidePath: '/guide.gguf' });
    expect(again.models.path()).toBe(path);
    // Removing it gives its place to the guide, and leaves the owner's file alone.
    await library.remove(model.id);
    expect(services.models.status()).toMatchObject({ isGuide: true });
    expect(existsSync(path)).toBe(true);
    expect((await library.get()).models).toHaveLength(1);
  });

  it('keeps a copy apart from what is there, and deletes it when it is removed', async () => {
    const { services, library } = await openLibraryServices();
    const folder = join(services.dataFolder, 'models');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'mine.gguf'), 'another');
    const adding = library.addFile({ path: ownFile(), copy: true, asCompletion: false });
    const copying = await services.jobs.next();
    const copyTo = join(folder, 'mine (2).gguf');
    expect(copying.job).toMatchObject({ kind: 'hash', copyTo });
    writeFileSync(copyTo, content);
    copying.done({ sha256 });
    const model = await adding;
    expect(model).toMatchObject({ path: copyTo, isManaged: true });
    await library.remove(model.id);
    expect(readdirSync(folder)).toEqual(['mine.gguf']);
  });

  it('refuses a file without a prompt format, unless it is to continue plain text', async () => {
    const withoutFormat = 'This file has neither turn marks nor a chat template.';
    const { services, library } = await openLibraryServices((path) =>
      Promise.resolve(modelFacts(path.includes('guide') ? {} : { promptFormat: null, withoutFormat })),
    );
    const path = ownFile();
    const refused = library.addFile({ path, copy: false, asCompletion: false });
    await expect(refused).rejects.toMatchObject({ code: 'model-unsupported', message: withoutFormat });
    const adding = library.addFile({ path, copy: false, asCompletion: true });
    (await services.jobs.next()).done({ sha256 });
    expect(await adding).toMatchObject({ format: 'completion' });
    await expect(services.models.use('/elsewhere.gguf')).rejects.toMatchObject({ code: 'model-unsupported' });
  });

  it('never lets the engine see a file that is not the one it knows', async () => {
    const { services, library } = await openLibraryServices();
    const path = ownFile();
    const adding = library.addFile({ path, copy: false, asCompletion: false });
    (await services.jobs.next()).done({ sha256 });
    const { id } = await adding;
    writeFileSync(path, 'weighty');
    await expect(library.use(id)).rejects.toMatchObject({ code: 'hash-mismatch' });
    expect(services.engines.engines.flatMap(({ loads }) => loads.map(({ modelPath }) => modelPath))).not.toContain(
      path,
    );
    const verifying = library.verify(id);
    (await services.jobs.next()).done({ sha256: 'f'.repeat(64) });
    await expect(verifying).rejects.toMatchObject({ code: 'hash-mismatch', details: { expected: sha256 } });
    writeFileSync(path, 'longer than before');
    expect((await library.get()).models.at(-1)).toMatchObject({ fileState: 'changed' });
  });

  it('tells how far reading a file is, and stops when asked', async () => {
    const { services, library } = await openLibraryServices();
    const heard: (number | null)[] = [];
    services.libraryEvents.fileRead.on(({ fraction }) => heard.push(fraction));
    const adding = library.addFile({ path: ownFile(), copy: false, asCompletion: false });
    (await services.jobs.next()).done({ sha256 });
    const { id } = await adding;
    const verifying = library.verify(id);
    const reading = await services.jobs.next();
    reading.progress({ phase: 'verifying', fraction: 0.5 });
    await library.cancelReading(id);
    await expect(verifying).rejects.toMatchObject({ code: 'cancelled' });
    expect(heard).toEqual([null, 0.5, null]);
  });
});

describe('an installation', () => {
  const catalogueId = 'pythia-1b-deduped-sft';

  /** Waits for a state of the only installation. */
  async function reached(list: () => Installation[], state: Installation['state']): Promise<Installation> {
    for (;;) {
      const [installation] = list();
      if (installation?.state === state) return installation;
      await wait(5);
    }
  }

  it('becomes a verified model of the library', async () => {
    const { services, library } = await openLibraryServices();
    const { installations } = library;
    const { id } = await installations.install(catalogueId, 'Q4_K_M');
    const job = await services.jobs.next();
    const outPath = join(services.dataFolder, 'models', `${catalogueId}-Q4_K_M.gguf`);
    expect(job.job).toMatchObject({
      kind: 'install',
      repository: 'theblackcat102/pythia-1b-deduped-sft',
      hubUrl: 'https://huggingface.co',
      outPath,
    });
    job.progress({ phase: 'downloading', fetchedBytes: 5, totalBytes: 10 });
    expect(installations.list()).toMatchObject([{ id, state: 'downloading', fetchedBytes: 5, totalBytes: 10 }]);
    job.progress({ phase: 'converting', fetchedBytes: 10, totalBytes: 10, fraction: 0.5 });
    expect(installations.list()).toMatchObject([{ state: 'converting', convertedFraction: 0.5 }]);
    writeFileSync(outPath, content);
    job.done({ sizeBytes: content.length, sha256 });
    while (installations.list().length > 0) await wait(5);
    const model = (await library.get()).models.at(-1);
    expect(model).toMatchObject({ catalogueId, path: outPath, isManaged: true, sha256, source: 'catalogue' });
    // What was just verified is not read again to be used.
    await library.use(model?.id ?? '');
    expect(services.jobs.jobs).toHaveLength(1);
  });

  it('is paused, survives a restart without going on by itself, and is resumed', async () => {
    const { services, library } = await openLibraryServices();
    const { id } = await library.installations.install(catalogueId, 'Q8_0');
    await services.jobs.next();
    await library.installations.pause(id);
    await reached(library.installations.list, 'paused');
    await services.dispose();
    const again = await openServices({ dataFolder: services.dataFolder, inspect: factsOfFile });
    const { installations } = await again.library();
    expect(installations.list()).toMatchObject([{ id, type: 'Q8_0', state: 'paused' }]);
    expect(again.jobs.jobs).toHaveLength(0);
    installations.resume(id);
    expect((await again.jobs.next()).job).toMatchObject({ kind: 'install', type: 'Q8_0' });
  });

  it('that fails says why and can be tried again; cancelling it leaves nothing behind', async () => {
    const { services, library } = await openLibraryServices();
    const { installations } = library;
    const { id } = await installations.install(catalogueId, 'Q4_0');
    const failure = new AppError('network-failed', 'The connection was cut. 1.0 of 2.1 GB are kept.');
    (await services.jobs.next()).fail(failure);
    expect(await reached(installations.list, 'failed')).toMatchObject({ error: { code: 'network-failed' } });
    installations.resume(id);
    const job = await services.jobs.next();
    const folder = join(services.dataFolder, 'models');
    const left = job.job.kind === 'install' ? job.job : null;
    writeFileSync(join(left?.workFolder ?? '', 'pytorch_model.bin.part'), 'x');
    writeFileSync(`${left?.outPath ?? ''}.part`, 'x');
    writeFileSync(`${left?.outPath ?? ''}.journal`, 'x');
    await installations.cancel(id);
    expect(job.isStopped()).toBe(true);
    expect(installations.list()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
    expect(await services.database.listInstallations()).toEqual([]);
  });

  it('waits for none: a second one is refused while one is on its way', async () => {
    const { services, library } = await openLibraryServices();
    const { installations } = library;
    await installations.install(catalogueId, 'Q4_0');
    await services.jobs.next();
    await expect(installations.install('pythia-3b-deduped-sft', 'Q4_0')).rejects.toMatchObject({ code: 'busy' });
    expect(installations.list()).toHaveLength(1);
    await expect(installations.install('nothing', 'Q4_0')).rejects.toMatchObject({ code: 'not-found' });
  });
});
