import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createJobStarter } from '../../main/installation/client.ts';
import type { JobRequest } from '../../main/installation/protocol.ts';
import type { CudaAddonOptions } from '../../main/services/cuda-addon.ts';
import type { CudaArchiveFacts } from '../../main/services/cuda-archive.ts';
import type { CudaAddonState } from '../../preload/contract/cuda-addon.ts';
import { addonFiles, makeAddonArchive } from '../support/addon-archive.ts';
import { startHubServer, type HubServerOptions } from '../support/hub-server.ts';
import { lastMessage, openServices } from '../support/services.ts';

/** The add-on from the button to the folder: the real process, the real downloader, a server of this machine. */

const installationEntry = join(import.meta.dirname, '..', '..', 'main', 'installation', 'process', 'index.ts');
const startJob = createJobStarter({ nodePath: process.execPath, entryPath: installationEntry });
const withCard = { lookForNvidia: () => ({ hasDriver: true, hasCudaLibraries: true }) };
const fileName = 'oasst-desktop-cuda-0.1.0-linux-x64.tar.gz';

/** A page of releases with an archive on it: as GitHub, it sends to another host and tells no checksum. */
async function startReleases(files = addonFiles, options: HubServerOptions = { namesChecksums: false }) {
  const server = await startHubServer(options);
  onTestFinished(() => server.close());
  const { bytes, sizeBytes, sha256, unpackedBytes } = await makeAddonArchive(files);
  server.publish(fileName, bytes);
  const url = `${server.hub.hubUrl}/owner/name/resolve/main/${fileName}`;
  const archive: CudaArchiveFacts = {
    ...{ appVersion: '0.1.0', engineVersion: '3.22.1', os: 'linux', arch: 'x64' },
    ...{ url, sizeBytes, sha256, unpackedBytes },
  };
  return { ...server, archive, bytes };
}

async function openWith(archive: CudaArchiveFacts | null, change: Partial<CudaAddonOptions> = {}, dataFolder?: string) {
  const services = await openServices({
    cuda: { archive, startJob, ...withCard, ...change },
    ...(dataFolder === undefined ? {} : { dataFolder }),
  });
  const heard: CudaAddonState[] = [];
  services.cudaAddon.onChanged((state) => heard.push(state));
  const addonsFolder = join(services.dataFolder, 'addons');
  return {
    ...{ services, heard, addonsFolder, addon: services.cudaAddon, folder: join(addonsFolder, 'cuda-3.22.1') },
    /** Waits for the end of fetching. */
    async ended(): Promise<CudaAddonState> {
      for (;;) {
        const state = await services.cudaAddon.state();
        if (!['fetching', 'unpacking'].includes(state.step.kind)) return state;
        await wait(10);
      }
    },
  };
}

describe('the add-on', () => {
  it('is fetched when it is asked for, verified, unpacked, and used from then on', async () => {
    const releases = await startReleases();
    const { addon, ended, folder, addonsFolder, heard, services } = await openWith(releases.archive);
    expect(await addon.state()).toMatchObject({ step: { kind: 'offered' }, folder, unused: null, failure: null });
    await services.settings.change({ deviceSteps: { '/guide.gguf': 'cpu' } });
    await services.models.ensureLoaded();
    expect(releases.requests).toEqual([]);
    expect(existsSync(addonsFolder)).toBe(false);
    expect(addon.folder()).toBeNull();

    expect(await addon.fetch()).toMatchObject({ step: { kind: 'fetching', fetchedBytes: 0 } });
    expect((await ended()).step).toEqual({ kind: 'ready' });
    expect(addon.folder()).toBe(folder);
    for (const [path, content] of Object.entries(addonFiles)) {
      expect(readFileSync(join(folder, path), 'utf8')).toBe(content);
    }
    expect(readdirSync(addonsFolder)).toEqual(['cuda-3.22.1']);
    const kinds = heard.map(({ step }) => step.kind);
    expect(kinds.filter((kind, index) => kind !== kinds[index - 1])).toEqual(['fetching', 'unpacking', 'ready']);
    // What did not work with the engine before may work with this one, and the loaded model learns of it.
    expect(services.settings.get().deviceSteps).toEqual({});
    while (services.engines.engines.length < 2) await wait(5);

    const count = releases.requests.length;
    expect(await addon.fetch()).toMatchObject({ step: { kind: 'ready' } });
    expect(releases.requests).toHaveLength(count);
    const { addon: next } = await openWith(releases.archive, {}, services.dataFolder);
    expect(next.folder()).toBe(folder);
  });

  it('goes on where it was stopped', async () => {
    const releases = await startReleases({ ...addonFiles, 'linux-x64-cuda/bins/more.so': randomBytes(400_000) });
    releases.setFaults(({ host, method }) =>
      host === 'store' && method === 'GET' ? { kind: 'slow', bytesPerSecond: 100_000 } : null,
    );
    const { addon, ended, heard, services } = await openWith(releases.archive);
    await addon.fetch();
    while (!heard.some(({ step }) => step.kind === 'fetching' && step.fetchedBytes > 0)) await wait(5);
    const stopped = await addon.stop();
    const { step } = stopped;
    if (step.kind !== 'paused') throw new Error(`It is ${step.kind}.`);
    expect(step.fetchedBytes).toBeGreaterThan(0);
    expect(stopped).toMatchObject({ failure: null, unused: null });
    await services.settings.change({ device: 'cpu' });
    expect(await addon.state()).toMatchObject({ step: { kind: 'not-offered' }, unused: 'unfinished' });
    await services.settings.change({ device: 'auto' });
    await services.dispose();

    const next = await openWith(releases.archive, {}, services.dataFolder);
    expect((await next.addon.state()).step).toEqual(step);
    expect(next.addon.folder()).toBeNull();
    releases.setFaults(() => null);
    const sentBefore = releases.sentBytes();
    await next.addon.fetch();
    expect((await next.ended()).step).toEqual({ kind: 'ready' });
    expect(releases.sentBytes() - sentBefore).toBe(releases.bytes.length - step.fetchedBytes);
    expect(await ended()).toMatchObject({ step: { kind: 'ready' } });
  });

  it('goes on after its process was killed', async () => {
    const megabytes = 1024 ** 2;
    const releases = await startReleases({ 'linux-x64-cuda/bins/engine.so': randomBytes(24 * megabytes) });
    releases.setFaults(({ host, method }) =>
      host === 'store' && method === 'GET' ? { kind: 'stall', afterBytes: 9 * megabytes } : null,
    );
    const { addon, ended, folder } = await openWith(releases.archive);
    const child = fork(installationEntry, { execPath: process.execPath, serialization: 'json' });
    const { url, sizeBytes, sha256, unpackedBytes } = releases.archive;
    const archive = { url, sizeBytes, sha256, unpackedBytes };
    child.send({
      kind: 'start',
      job: { kind: 'addon', archive, workFolder: `${folder}.unfinished`, outFolder: folder },
    } satisfies JobRequest);
    const heldBytes = async (): Promise<number> => {
      const { step } = await addon.state();
      return step.kind === 'paused' ? step.fetchedBytes : 0;
    };
    while ((await heldBytes()) === 0) await wait(10);
    child.kill('SIGKILL');
    await once(child, 'exit');

    const held = await heldBytes();
    expect(held).toBeGreaterThanOrEqual(8 * megabytes);
    expect(addon.folder()).toBeNull();
    releases.setFaults(() => null);
    const sentBefore = releases.sentBytes();
    await addon.fetch();
    expect((await ended()).step).toEqual({ kind: 'ready' });
    expect(releases.sentBytes() - sentBefore).toBe(sizeBytes - held);
  });

  it('is not unpacked when it is not what the app was built with', async () => {
    const releases = await startReleases();
    const { addon, ended, folder } = await openWith({ ...releases.archive, sha256: 'f'.repeat(64) });
    await addon.fetch();
    const { failure } = await ended();
    expect(failure?.code).toBe('hash-mismatch');
    expect(failure?.message).toMatch(/^What came is not the engine/);
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(`${folder}.unfinished`)).toEqual([]);
  });

  it('says where it is not to be had, and forgets that at the next try', async () => {
    const releases = await startReleases();
    releases.setFaults(() => ({ kind: 'status', status: 404 }));
    const { addon, ended } = await openWith(releases.archive);
    await addon.fetch();
    const { failure } = await ended();
    expect(failure?.code).toBe('not-found');
    expect(failure?.message).toMatch(/^The page of releases does not have this engine/);
    releases.setFaults(() => null);
    await addon.fetch();
    expect(await ended()).toMatchObject({ step: { kind: 'ready' }, failure: null });
  });

  it('is fetched through the proxy of the models page', async () => {
    const { archive } = await startReleases();
    const services = await openServices({ cuda: { archive, ...withCard } });
    await services.settings.change({ proxyUrl: 'http://proxy.example:3128' });
    await services.cudaAddon.fetch();
    const { job, options } = await services.jobs.next();
    const { url, sizeBytes, sha256, unpackedBytes } = archive;
    expect(job).toMatchObject({ kind: 'addon', archive: { url, sizeBytes, sha256, unpackedBytes } });
    expect(options.proxyUrl).toBe('http://proxy.example:3128');
  });

  it('is not fetched where the disk has no room for it', async () => {
    const releases = await startReleases();
    const { addon, ended } = await openWith({ ...releases.archive, unpackedBytes: 1e15 });
    await addon.fetch();
    expect(await ended()).toMatchObject({ failure: { code: 'disk-full' } });
    expect(releases.requests).toEqual([]);
  });

  it('is removed, with what was fetched of it, but not while it answers', async () => {
    const releases = await startReleases();
    const { addon, ended, addonsFolder, services } = await openWith(releases.archive);
    await addon.fetch();
    await ended();
    const started = await services.generations.start({ conversationId: null, text: 'Hello' });
    const answer = await services.engines.nextGeneration();
    await expect(addon.remove()).rejects.toMatchObject({ code: 'busy' });
    expect(addon.folder()).not.toBeNull();
    answer.finish();
    while (services.live.get(lastMessage(started).id) !== undefined) await wait(5);
    expect((await addon.remove()).step).toEqual({ kind: 'offered' });
    expect(readdirSync(addonsFolder)).toEqual([]);
    expect(addon.folder()).toBeNull();
  });
});

describe('an add-on that is not right', () => {
  it('is not used when a file of it is missing or shorter, is said, and can be fetched again', async () => {
    const releases = await startReleases();
    const { addon, ended, folder } = await openWith(releases.archive);
    await addon.fetch();
    await ended();
    truncateSync(join(folder, 'linux-x64-cuda', 'bins', 'engine.so'), 10);
    expect(addon.folder()).toBeNull();
    expect(await addon.state()).toMatchObject({ step: { kind: 'offered' }, unused: 'damaged' });
    await addon.fetch();
    expect(await ended()).toMatchObject({ step: { kind: 'ready' }, unused: null });
    writeFileSync(join(folder, 'content.json'), '{"version":1,"files":[]}');
    expect(addon.folder()).toBeNull();
  });

  it('of an earlier engine is not used, is said, and goes when the new one is there', async () => {
    const releases = await startReleases();
    const { addon, ended, addonsFolder } = await openWith(releases.archive);
    mkdirSync(join(addonsFolder, 'cuda-3.0.0', 'linux-x64-cuda'), { recursive: true });
    expect(await addon.state()).toMatchObject({ step: { kind: 'offered' }, unused: 'earlier' });
    expect(addon.folder()).toBeNull();
    await addon.fetch();
    expect(await ended()).toMatchObject({ step: { kind: 'ready' }, unused: null });
    expect(readdirSync(addonsFolder)).toEqual(['cuda-3.22.1']);
  });
});

describe('it is not offered', () => {
  it.each<[string, Partial<CudaAddonOptions>, because: string]>([
    ['on a system without such an engine', { isKnownSystem: false }, 'system'],
    ['without a driver', { lookForNvidia: () => ({ hasDriver: false, hasCudaLibraries: false }) }, 'driver'],
    ['by a copy that was built without', { archive: null }, 'archive'],
  ])('%s', async (_where, change, because) => {
    const releases = await startReleases();
    const { addon } = await openWith(releases.archive, change);
    expect((await addon.state()).step).toEqual({ kind: 'not-offered', because });
    await expect(addon.fetch()).rejects.toMatchObject({ code: 'not-found' });
    expect(releases.requests).toEqual([]);
  });

  it('where models run on the processor only, as long as they do', async () => {
    const releases = await startReleases();
    const { addon, heard, services } = await openWith(releases.archive);
    await services.settings.change({ device: 'cpu' });
    expect((await addon.state()).step).toEqual({ kind: 'not-offered', because: 'processor' });
    await expect(addon.fetch()).rejects.toMatchObject({ code: 'not-found' });
    await services.settings.change({ device: 'auto' });
    expect(heard.map(({ step }) => step.kind)).toEqual(['not-offered', 'offered']);
  });
});
