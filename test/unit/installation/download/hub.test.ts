import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { describeHubFile } from '../../../../main/installation/process/download/hub.ts';
import {
  digestOf,
  startHubServer,
  type Fault,
  type HubServer,
  type HubServerOptions,
} from '../../../support/hub-server.ts';

const { signal } = new AbortController();
const bytes = randomBytes(1000);

async function hubWith(path: string, options: HubServerOptions & { isLarge?: boolean } = {}): Promise<HubServer> {
  const server = await startHubServer(options);
  onTestFinished(() => server.close());
  server.publish(path, bytes, options.isLarge ?? true);
  return server;
}

it('tells size, SHA-256 and commit of a large file without asking the second host', async () => {
  const server = await hubWith('sub folder/model.bin');
  const file = await describeHubFile(server.hub, 'sub folder/model.bin', signal);
  expect(file).toMatchObject({
    path: 'sub folder/model.bin',
    sizeBytes: 1000,
    checksum: { kind: 'sha256', hex: digestOf('sha256', bytes) },
  });
  expect(file.commit).toMatch(/^[0-9a-f]{40}$/);
  expect(file.url).toBe(`${server.hub.hubUrl}/owner/name/resolve/${file.commit ?? ''}/sub%20folder/model.bin`);
  expect(server.requests.map(({ host, method }) => `${method} ${host}`)).toEqual(['HEAD hub']);
});

it('tells the hash that git gives a small file', async () => {
  const server = await hubWith('config.json', { isLarge: false });
  expect(
    await describeHubFile({ ...server.hub, hubUrl: `${server.hub.hubUrl}/` }, 'config.json', signal),
  ).toMatchObject({
    sizeBytes: 1000,
    checksum: { kind: 'git-blob-sha1', hex: digestOf('sha1', 'blob 1000\0', bytes) },
  });
});

it.each([true, false])('takes no tag of a plain file server for a checksum (large: %s)', async (isLarge) => {
  const server = await hubWith('model.bin', { isLarge, namesChecksums: false });
  expect(await describeHubFile(server.hub, 'model.bin', signal)).toMatchObject({
    url: `${server.hub.hubUrl}/owner/name/resolve/main/model.bin`,
    sizeBytes: 1000,
    checksum: null,
    commit: null,
  });
});

it('follows a repository that was renamed', async () => {
  const server = await hubWith('model.bin');
  server.setFaults(({ index }) =>
    index === 0 ? { kind: 'redirect', to: '/owner/name/resolve/main/model.bin' } : null,
  );
  expect(await describeHubFile({ ...server.hub, repository: 'old/name' }, 'model.bin', signal)).toMatchObject({
    sizeBytes: 1000,
  });
});

it('asks again when the hub has no time', async () => {
  const server = await hubWith('model.bin');
  server.setFaults(({ index }) => (index === 0 ? { kind: 'status', status: 503 } : null));
  expect(await describeHubFile(server.hub, 'model.bin', signal)).toMatchObject({ sizeBytes: 1000 });
});

it.each([
  [404, 'not-found', 'no such file'],
  [401, 'network-failed', 'wants a login'],
  [403, 'network-failed', 'does not hand out'],
  [451, 'network-failed', 'refused'],
])('says what status %i means, at once', async (status, code, words) => {
  const server = await hubWith('model.bin');
  server.setFaults(() => ({ kind: 'status', status }));
  const failure = describeHubFile(server.hub, 'model.bin', signal);
  await expect(failure).rejects.toMatchObject({ code, details: { path: 'model.bin', cause: status } });
  await expect(failure).rejects.toThrow(words);
  expect(server.requests).toHaveLength(1);
});

it.each(['file:///etc/hostname', 'ftp://127.0.0.1/a', 'http://user:word@127.0.0.1/a'])(
  'does not follow a redirect to %s',
  async (to) => {
    const server = await hubWith('model.bin', { namesChecksums: false });
    server.setFaults(() => ({ kind: 'redirect', to }));
    await expect(describeHubFile(server.hub, 'model.bin', signal)).rejects.toMatchObject({ code: 'network-failed' });
    expect(server.requests).toHaveLength(1);
  },
);

it.each<Fault>([{ kind: 'page' }, { kind: 'gzip' }])('takes no $kind for the file', async (fault) => {
  const server = await hubWith('config.json', { isLarge: false });
  server.setFaults(({ index }) => (index === 0 ? fault : null));
  expect(await describeHubFile(server.hub, 'config.json', signal)).toMatchObject({ sizeBytes: 1000 });
  expect(server.requests).toHaveLength(2);
});

it('names an address that is none, and stops when asked to', async () => {
  const hub = { hubUrl: 'nonsense', repository: 'owner/name', revision: 'main' };
  await expect(describeHubFile(hub, 'a', signal)).rejects.toMatchObject({ code: 'network-failed' });
  const server = await hubWith('model.bin');
  await expect(describeHubFile(server.hub, 'model.bin', AbortSignal.abort())).rejects.toMatchObject({
    code: 'cancelled',
  });
});
