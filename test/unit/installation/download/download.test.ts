import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  downloadFile,
  fetchedBytesOf,
  type Downloaded,
  type DownloadOptions,
} from '../../../../main/installation/process/download/download.ts';
import { describeHubFile, type HubFile } from '../../../../main/installation/process/download/hub.ts';
import { discardDownload } from '../../../../main/installation/process/download/part.ts';
import { redirectTarget } from '../../../../main/installation/process/download/requests.ts';
import { temporaryFolder } from '../../../support/database.ts';
import { digestOf, startHubServer, type Fault, type HubServerOptions } from '../../../support/hub-server.ts';

const kibibyte = 1024;
const limits = {
  ...{ pieceBytes: 64 * kibibyte, requestBytes: 512 * kibibyte },
  ...{ stallMs: 200, giveUpMs: 600, backoffMs: 5 },
};
const bytes = randomBytes(3_000_000);

/** A hub with `bytes` as its one file, and a place for it to be fetched to. */
async function hubWithFile(options: HubServerOptions & { isLarge?: boolean; content?: Buffer } = {}) {
  const server = await startHubServer(options);
  onTestFinished(() => server.close());
  server.publish('model.bin', options.content ?? bytes, options.isLarge ?? true);
  const targetPath = join(temporaryFolder(), 'models', 'model.bin');
  const notices: string[] = [];
  const describe = (): Promise<HubFile> => describeHubFile(server.hub, 'model.bin', new AbortController().signal);
  const fetch = async (changes: Partial<DownloadOptions> = {}): Promise<Downloaded> =>
    downloadFile({
      file: changes.file ?? (await describe()),
      ...{ expectedSha256: null, targetPath, connections: 3, limits },
      ...{ signal: new AbortController().signal, onProgress: () => undefined },
      onNotice: (sentence) => notices.push(sentence),
      ...changes,
    });
  /** Fetches until about so many bytes are there, as when the owner pauses. */
  const fetchSome = async (wantedBytes: number): Promise<void> => {
    const pausing = new AbortController();
    server.setFaults(({ host }) => (host === 'store' ? { kind: 'slow', bytesPerSecond: 2_000_000 } : null));
    const paused = fetch({
      signal: pausing.signal,
      onProgress: (fetchedBytes) => {
        if (fetchedBytes >= wantedBytes) pausing.abort();
      },
    });
    await expect(paused).rejects.toMatchObject({ code: 'cancelled' });
    server.setFaults(() => null);
    server.requests.length = 0;
  };
  /** Bytes of the file that the requests since then asked for. */
  const askedBytes = (): number =>
    server.requests
      .filter(({ host, method }) => host === 'store' && method === 'GET')
      .map(({ headers }) => /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? `bytes=0-${bytes.length - 1}`))
      .reduce((sum, range) => sum + Number(range?.[2]) + 1 - Number(range?.[1]), 0);
  return { server, targetPath, notices, describe, fetch, fetchSome, askedBytes };
}

const filesBeside = (targetPath: string): string[] => readdirSync(dirname(targetPath)).sort();

describe('a download', () => {
  it('fetches a large file over several connections and leaves nothing but the file', async () => {
    const { server, targetPath, fetch, askedBytes } = await hubWithFile();
    const progress: number[] = [];
    const downloaded = await fetch({ onProgress: (fetchedBytes) => progress.push(fetchedBytes) });
    expect(downloaded).toMatchObject({ sha256: digestOf('sha256', bytes), isVerified: true });
    expect(readFileSync(targetPath).equals(bytes)).toBe(true);
    expect(filesBeside(targetPath)).toEqual(['model.bin']);
    expect([progress[0], progress.at(-1)]).toEqual([0, bytes.length]);
    expect(askedBytes()).toBe(bytes.length);
    for (const { headers } of server.requests) {
      expect(headers).toMatchObject({ 'accept-encoding': 'identity' });
      expect(Object.keys(headers).filter((name) => /cookie|authorization|referer/.test(name))).toEqual([]);
    }
  });

  it.each([0, 1, 700])('fetches a small file of %i bytes', async (size) => {
    const content = bytes.subarray(0, size);
    const { targetPath, fetch } = await hubWithFile({ isLarge: false, content });
    expect(await fetch()).toMatchObject({ sha256: digestOf('sha256', content), isVerified: true });
    expect(readFileSync(targetPath).equals(content)).toBe(true);
  });

  it('does not fetch what is already there and right, and replaces what is wrong', async () => {
    const { server, targetPath, fetch, describe } = await hubWithFile();
    const file = await describe();
    await fetch({ file });
    server.requests.length = 0;
    expect(await fetch({ file })).toMatchObject({ isVerified: true });
    expect(server.requests).toEqual([]);
    writeFileSync(targetPath, Buffer.alloc(bytes.length));
    await fetch({ file });
    expect(readFileSync(targetPath).equals(bytes)).toBe(true);
  });

  it.each<Fault>([
    { kind: 'cut', afterBytes: 0 },
    { kind: 'cut', afterBytes: 100_000 },
    { kind: 'stall', afterBytes: 100_000 },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 403 },
    { kind: 'other-range' },
    { kind: 'wrong-bytes' },
    { kind: 'whole' },
    { kind: 'length', extraBytes: 10 },
    { kind: 'length', extraBytes: -10 },
    { kind: 'gzip' },
    { kind: 'page' },
    { kind: 'redirect', to: 'http://127.0.0.1:9/' },
  ])('brings the right file when the store answers three requests with $kind', async (fault) => {
    const { server, targetPath, fetch } = await hubWithFile();
    let faults = 0;
    server.setFaults(({ host }) => (host === 'store' && (faults += 1) <= 3 ? fault : null));
    expect(await fetch()).toMatchObject({ sha256: digestOf('sha256', bytes), isVerified: true });
    expect(readFileSync(targetPath).equals(bytes)).toBe(true);
  });

  it('uses one connection with a server that only sends whole files, and keeps what it has', async () => {
    const { server, targetPath, fetch } = await hubWithFile();
    let wholes = 0;
    server.setFaults(({ host }) => {
      if (host !== 'store') return null;
      wholes += 1;
      return wholes < 8 ? { kind: 'whole' } : { kind: 'cut', afterBytes: bytes.length / 2 };
    });
    await fetch();
    expect(readFileSync(targetPath).equals(bytes)).toBe(true);
    expect(wholes, 'each connection once, and then the file').toBeLessThanOrEqual(4);
  });

  it('without any checksum says that only the size is sure', async () => {
    const { targetPath, fetch } = await hubWithFile({ namesChecksums: false });
    expect(await fetch()).toMatchObject({ isVerified: false, file: { checksum: null } });
    expect(readFileSync(targetPath).equals(bytes)).toBe(true);
    expect(await fetch({ expectedSha256: digestOf('sha256', bytes) })).toMatchObject({ isVerified: true });
  });
});

describe('a download that was interrupted', () => {
  it('fetches only what is missing', async () => {
    const { targetPath, fetch, fetchSome, askedBytes } = await hubWithFile();
    await fetchSome(bytes.length / 3);
    const heldBytes = await fetchedBytesOf(targetPath);
    expect(heldBytes).toBeGreaterThan(bytes.length / 4);
    const progress: number[] = [];
    await fetch({ onProgress: (fetchedBytes) => progress.push(fetchedBytes) });
    expect(progress[0]).toBe(heldBytes);
    expect(askedBytes()).toBe(bytes.length - heldBytes);
    expect(readFileSync(targetPath).equals(bytes)).toBe(true);
    expect(await fetchedBytesOf(targetPath)).toBe(bytes.length);
  });

  it('fetches again what the disk did not keep, and only that', async () => {
    const { targetPath, fetch, fetchSome, askedBytes } = await hubWithFile();
    await fetchSome(bytes.length / 2);
    const heldBytes = await fetchedBytesOf(targetPath);
    const part = readFileSync(`${targetPath}.part`);
    part.fill(0, 1000, 1010);
    writeFileSync(`${targetPath}.part`, part);
    await fetch();
    expect(readFileSync(targetPath).equals(bytes)).toBe(true);
    const againBytes = askedBytes() - (bytes.length - heldBytes);
    expect(againBytes).toBeGreaterThan(0);
    expect(againBytes, 'one piece, which ends with the block that fills it').toBeLessThan(4 * limits.pieceBytes);
  });

  it('finds out that the end of its part is gone', async () => {
    const { targetPath, fetch, fetchSome } = await hubWithFile();
    await fetchSome(bytes.length / 2);
    truncateSync(`${targetPath}.part`, 200_000);
    expect(await fetchedBytesOf(targetPath)).toBeLessThanOrEqual(200_000);
    await fetch();
    expect(readFileSync(targetPath).equals(bytes)).toBe(true);
  });

  it('can be discarded', async () => {
    const { targetPath, fetchSome } = await hubWithFile();
    await fetchSome(500_000);
    expect(filesBeside(targetPath)).toEqual(['model.bin.part', 'model.bin.part.journal']);
    await discardDownload(targetPath);
    expect(filesBeside(targetPath)).toEqual([]);
    expect(await fetchedBytesOf(targetPath)).toBe(0);
  });
});

describe('a file that changes on the server', () => {
  const other = randomBytes(bytes.length);

  it.each([true, false])('while it is fetched starts over and is not mixed (checksums: %s)', async (namesChecksums) => {
    const { server, targetPath, fetch, notices } = await hubWithFile({ keepsRevisions: false, namesChecksums });
    const later = server.requests.length + 7;
    server.setFaults(({ index }) => {
      if (index === later) server.publish('model.bin', other);
      return null;
    });
    const downloaded = await fetch();
    expect(downloaded.sha256).toBe(digestOf('sha256', other));
    expect(readFileSync(targetPath).equals(other)).toBe(true);
    expect(notices).toEqual(['model.bin changed on the server while it was fetched. It starts over.']);
  });

  it('between two tries starts over and says so', async () => {
    const { server, targetPath, fetch, fetchSome, notices } = await hubWithFile();
    await fetchSome(500_000);
    server.publish('model.bin', other);
    await fetch();
    expect(readFileSync(targetPath).equals(other)).toBe(true);
    expect(notices).toEqual(['model.bin changed since it was begun. It starts over.']);
  });

  it('is not fetched when it is known not to be the expected one', async () => {
    const { server, targetPath, fetch, describe } = await hubWithFile();
    const file = await describe();
    const expectedSha256 = digestOf('sha256', other);
    await expect(fetch({ file, expectedSha256 })).rejects.toMatchObject({
      code: 'hash-mismatch',
      details: { expected: expectedSha256, found: digestOf('sha256', bytes) },
    });
    expect(server.requests).toHaveLength(1);
    expect(existsSync(targetPath)).toBe(false);
  });
});

describe('a download that fails', () => {
  it('says what is kept when the connection is gone, and goes on later', async () => {
    const { server, targetPath, fetch, fetchSome, askedBytes } = await hubWithFile();
    await fetchSome(bytes.length / 3);
    const heldBytes = await fetchedBytesOf(targetPath);
    server.setFaults(({ method }) => (method === 'GET' ? { kind: 'redirect', to: 'http://127.0.0.1:9/' } : null));
    const share = `${(heldBytes / 1e6).toFixed(1)} of 3.0 MB of model.bin are kept`;
    const failure = fetch();
    await expect(failure).rejects.toMatchObject({ code: 'network-failed', details: { heldBytes } });
    await expect(failure).rejects.toThrow(`${share}; resume when the connection is back.`);
    server.setFaults(() => null);
    server.requests.length = 0;
    await fetch();
    expect(askedBytes()).toBe(bytes.length - heldBytes);
    expect(readFileSync(targetPath).equals(bytes)).toBe(true);
  });

  it('never gives the name to a file that is wrong twice', async () => {
    const { server, targetPath, fetch, notices } = await hubWithFile();
    server.setFaults(({ host }) => (host === 'store' ? { kind: 'wrong-bytes' } : null));
    const found = digestOf('sha256', Buffer.from(bytes.map((byte) => byte ^ 0xff)));
    await expect(fetch()).rejects.toMatchObject({
      code: 'hash-mismatch',
      details: { expected: digestOf('sha256', bytes), found },
    });
    expect(filesBeside(targetPath)).toEqual([]);
    expect(notices).toEqual(['model.bin came with the wrong content. It is fetched once more.']);
  });

  it.each<[Fault, string]>([
    [{ kind: 'page' }, 'sent a web page'],
    [{ kind: 'gzip' }, 'compressed'],
    [{ kind: 'other-range' }, 'another part'],
    [{ kind: 'stall', afterBytes: 0 }, 'sent nothing'],
    [{ kind: 'redirect', to: 'file:///etc/hostname' }, 'redirect'],
    [{ kind: 'status', status: 429 }, 'has no time'],
  ])('says why when every request brings $kind', async (fault, words) => {
    const { server, targetPath, fetch } = await hubWithFile();
    server.setFaults(({ method, host }) => (method === 'GET' && host === 'store' ? fault : null));
    const failure = fetch();
    await expect(failure).rejects.toMatchObject({ code: 'network-failed' });
    await expect(failure).rejects.toThrow(words);
    expect(existsSync(targetPath)).toBe(false);
  });

  it('ends when redirects go round in circles', async () => {
    const { server, fetch, describe } = await hubWithFile();
    const file = await describe();
    server.setFaults(() => ({ kind: 'redirect', to: file.url }));
    await expect(fetch({ file })).rejects.toThrow('in circles');
  });

  it('says when there is no secure connection, at once', async () => {
    const { server, fetch, describe } = await hubWithFile();
    const file = await describe();
    const url = file.url.replace('http:', 'https:');
    const failure = fetch({ file: { ...file, url }, limits: { ...limits, giveUpMs: 3_600_000 } });
    await expect(failure).rejects.toThrow('no secure connection');
    expect(server.requests).toHaveLength(1);
  });

  it.skipIf(process.platform !== 'linux')('says when the disk is full (needs /dev/full, which Linux has)', async () => {
    const { targetPath, fetch, fetchSome } = await hubWithFile();
    await fetchSome(1);
    await discardDownload(targetPath);
    symlinkSync('/dev/full', `${targetPath}.part`);
    const failure = fetch();
    await expect(failure).rejects.toMatchObject({ code: 'disk-full', details: { heldBytes: 0 } });
    await expect(failure).rejects.toThrow('The disk is full. Make room and resume.');
  });
});

describe('a redirect', () => {
  it('never leads from a secure address to one that is not', () => {
    const secure = new URL('https://hub.example/a');
    expect(redirectTarget(secure, '/b').href).toBe('https://hub.example/b');
    expect(redirectTarget(new URL('http://127.0.0.1/a'), 'https://store.example/b').host).toBe('store.example');
    expect(() => redirectTarget(secure, 'http://hub.example/b')).toThrow('not secure');
  });
});
