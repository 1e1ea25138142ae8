import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../../support/database.ts';
import { startHubServer, type HubServer } from '../../../support/hub-server.ts';

const downloadProcess = fileURLToPath(new URL('../../../faults/download-process.ts', import.meta.url));

/** A proxy that opens tunnels, or does not, and notes where to. */
async function startProxy(answer: string): Promise<{ url: string; tunnels: string[] }> {
  const tunnels: string[] = [];
  const proxy = createServer();
  proxy.on('connect', ({ url = '' }, client) => {
    tunnels.push(url);
    client.on('error', () => client.destroy());
    client.write(`HTTP/1.1 ${answer}\r\n\r\n`);
    if (!answer.startsWith('200')) return void client.end();
    const [host = '', port] = url.split(':');
    const server = connect(Number(port), host, () => server.pipe(client).pipe(server));
    server.on('error', () => client.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, tunnels };
}

/** Fetches a file in a process with a proxy in its environment, as the app does. */
async function fetchThrough(proxyUrl: string, hubUrl: string, targetPath: string) {
  const args = ['--hub', hubUrl, '--path', 'model.bin', '--target', targetPath, '--limits', '{}'];
  const child = spawn(process.execPath, [downloadProcess, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, said };
}

async function hubWith(bytes: Buffer): Promise<HubServer> {
  const server = await startHubServer();
  onTestFinished(() => server.close());
  server.publish('model.bin', bytes);
  return server;
}

it('goes through the proxy of the environment, to the hub and to the store', async () => {
  const bytes = randomBytes(500_000);
  const { hub } = await hubWith(bytes);
  const proxy = await startProxy('200 Connection established');
  const targetPath = join(temporaryFolder(), 'model.bin');
  expect(await fetchThrough(proxy.url, hub.hubUrl, targetPath)).toMatchObject({ exitCode: 0 });
  expect(readFileSync(targetPath).equals(bytes)).toBe(true);
  expect(new Set(proxy.tunnels).size).toBe(2);
  expect(proxy.tunnels).toContain(new URL(hub.hubUrl).host);
});

it('says at once when the proxy refuses', async () => {
  const server = await hubWith(randomBytes(1000));
  const proxy = await startProxy('407 Proxy Authentication Required');
  const { exitCode, said } = await fetchThrough(proxy.url, server.hub.hubUrl, join(temporaryFolder(), 'model.bin'));
  expect(exitCode).toBe(1);
  expect(said).toContain(`The proxy does not open a way to ${new URL(server.hub.hubUrl).host} (407).`);
  expect(proxy.tunnels).toHaveLength(1);
  expect(server.requests).toEqual([]);
});
