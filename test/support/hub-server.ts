import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/**
 * A hub as the real one answers, on two ports of this machine: the hub itself, which hands out small files and sends
 * for large ones to a store by a link that runs out. Every request can be made to go wrong.
 */

export type Fault =
  /** Ends the connection after so many bytes of the body. */
  | { kind: 'cut'; afterBytes: number }
  /** Sends nothing more after so many bytes, with the connection left open. */
  | { kind: 'stall'; afterBytes: number }
  | { kind: 'slow'; bytesPerSecond: number }
  | { kind: 'status'; status: number }
  /** Another part of the file than was asked for, and it says so. */
  | { kind: 'other-range' }
  /** The right size with other bytes. */
  | { kind: 'wrong-bytes' }
  /** 200 and the whole file, whatever part was asked for. */
  | { kind: 'whole' }
  /** Bytes more (or, negative, fewer) than it should be, without a length in the headers. */
  | { kind: 'length'; extraBytes: number }
  | { kind: 'gzip' }
  | { kind: 'page' }
  | { kind: 'redirect'; to: string };

export interface SeenRequest {
  host: 'hub' | 'store';
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  /** How many there were before it. */
  index: number;
}

export interface HubServerOptions {
  /** `owner/name` unless told. */
  repository?: string;
  /** False: like a mirror that answers for every revision with the newest one. */
  keepsRevisions?: boolean;
  /** False: like a plain file server, without checksums and commits; the tag of a file is only a number. */
  namesChecksums?: boolean;
  linkLifetimeMs?: number;
}

interface StoredFile {
  bytes: Buffer;
  isLarge: boolean;
  version: number;
  sha256: string;
  gitSha1: string;
}

const writeBytes = 32 * 1024;

export function digestOf(algorithm: 'sha1' | 'sha256', ...parts: (Buffer | string)[]): string {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

export type HubServer = Awaited<ReturnType<typeof startHubServer>>;

/** Starts both servers. The repository is empty. */
export async function startHubServer(options: HubServerOptions = {}) {
  const { repository = 'owner/name', keepsRevisions = true, namesChecksums = true, linkLifetimeMs = 60_000 } = options;
  const revisions = new Map<string, Map<string, StoredFile>>();
  let newest = new Map<string, StoredFile>();
  let commit = '0'.repeat(40);
  let versions = 0;
  let faultOf: (request: SeenRequest) => Fault | null = () => null;
  const requests: SeenRequest[] = [];
  let sentBytes = 0;

  const note = (host: SeenRequest['host'], { method = '', url = '', headers }: IncomingMessage): Fault | null => {
    const request = { host, method, url, headers, index: requests.length };
    requests.push(request);
    return faultOf(request);
  };

  const answerHub = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const fault = note('hub', request);
    if (fault?.kind === 'status') return void response.writeHead(fault.status).end();
    if (fault?.kind === 'redirect') return void response.writeHead(302, { location: fault.to }).end();
    const asked = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(request.url ?? '');
    const [, , revision = '', path = ''] = asked?.[1] === repository ? asked : [];
    const files = revision === 'main' || !keepsRevisions ? newest : revisions.get(revision);
    const file = files?.get(decodeURIComponent(path));
    if (file === undefined) return void response.writeHead(404).end('Entry not found');
    const headers: Record<string, string> = {};
    if (namesChecksums) headers['x-repo-commit'] = keepsRevisions && revision !== 'main' ? revision : commit;
    if (!file.isLarge) return sendFile(request, response, file, headers, fault);
    if (namesChecksums) {
      headers['x-linked-etag'] = `"${file.sha256}"`;
      headers['x-linked-size'] = String(file.bytes.length);
    }
    const expires = Date.now() + linkLifetimeMs;
    const location = `${addressOf(store)}/${file.version}/${file.sha256}?expires=${expires}`;
    response.writeHead(302, { ...headers, location }).end();
  };

  const answerStore = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const fault = note('store', request);
    if (fault?.kind === 'status') return void response.writeHead(fault.status).end();
    if (fault?.kind === 'redirect') return void response.writeHead(302, { location: fault.to }).end();
    const url = new URL(request.url ?? '', addressOf(store));
    if (Number(url.searchParams.get('expires')) < Date.now()) return void response.writeHead(403).end();
    const version = Number(url.pathname.split('/')[1]);
    const file = [...revisions.values()]
      .flatMap((files) => [...files.values()])
      .find((each) => each.version === version);
    if (file === undefined) return void response.writeHead(404).end();
    await sendFile(request, response, file, {}, fault);
  };

  const sendFile = async (
    request: IncomingMessage,
    response: ServerResponse,
    { bytes, version, gitSha1 }: StoredFile,
    hubHeaders: Record<string, string>,
    fault: Fault | null,
  ): Promise<void> => {
    if (fault?.kind === 'page') {
      return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>Log in first.</p>');
    }
    const etag = 'x-repo-commit' in hubHeaders ? `"${gitSha1}"` : `"version-${version}"`;
    const headers = { ...hubHeaders, etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
    const asked = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const isFresh = (request.headers['if-range'] ?? etag) === etag;
    let start = asked === null || !isFresh || fault?.kind === 'whole' ? null : Number(asked[1]);
    let end = start === null ? bytes.length : Math.min(Number(asked?.[2]) + 1, bytes.length);
    if (start !== null && start >= bytes.length) {
      return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    }
    if (fault?.kind === 'other-range' && start !== null) {
      [start, end] = start > 0 ? [start - 1, end - 1] : [0, Math.max(1, end - 1)];
    }
    const range = start === null ? {} : { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` };
    let body = bytes.subarray(start ?? 0, end);
    if (fault?.kind === 'wrong-bytes') body = Buffer.from(body.map((byte) => byte ^ 0xff));
    if (fault?.kind === 'length') {
      const kept = body.subarray(0, Math.max(0, body.length + fault.extraBytes));
      body = Buffer.concat([kept, Buffer.alloc(Math.max(0, fault.extraBytes))]);
    }
    if (fault?.kind === 'gzip') body = gzipSync(body);
    response.writeHead(start === null ? 200 : 206, {
      ...headers,
      ...range,
      ...(fault?.kind === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
      ...(fault?.kind === 'length' ? {} : { 'content-length': body.length }),
    });
    if (request.method === 'HEAD') response.end();
    else await sendBody(response, body, fault);
  };

  const sendBody = async (response: ServerResponse, body: Buffer, fault: Fault | null): Promise<void> => {
    const lastByte = fault?.kind === 'cut' || fault?.kind === 'stall' ? fault.afterBytes : body.length;
    for (let at = 0; at < Math.min(lastByte, body.length); at += writeBytes) {
      if (response.destroyed) return;
      const piece = body.subarray(at, Math.min(at + writeBytes, lastByte));
      sentBytes += piece.length;
      await new Promise((sent) => response.write(piece, sent));
      if (fault?.kind === 'slow') await pause((piece.length / fault.bytesPerSecond) * 1000);
    }
    if (fault?.kind === 'cut') response.destroy();
    else if (fault?.kind !== 'stall') response.end();
  };

  const hub = await listen(answerHub);
  const store = await listen(answerStore);
  return {
    hub: { hubUrl: addressOf(hub), repository, revision: 'main' },
    requests,
    /** Bytes of files that left, whether or not they arrived. */
    sentBytes: (): number => sentBytes,
    /** Puts a file into a new commit, which `main` stands for from now on. Large ones are handed out by the store. */
    publish(path: string, bytes: Buffer, isLarge = true): void {
      versions += 1;
      commit = digestOf('sha1', String(versions));
      const sha256 = digestOf('sha256', bytes);
      const gitSha1 = digestOf('sha1', `blob ${bytes.length}\0`, bytes);
      newest = new Map([...newest, [path, { bytes, isLarge, version: versions, sha256, gitSha1 }]]);
      revisions.set(commit, newest);
    },
    /** The content of every version of every file. */
    published: (): Buffer[] =>
      [...revisions.values()].flatMap((files) => [...files.values()].map(({ bytes }) => bytes)),
    /** Decides for each request what goes wrong with it; null: nothing. */
    setFaults(decide: (request: SeenRequest) => Fault | null): void {
      faultOf = decide;
    },
    async close(): Promise<void> {
      await Promise.all([hub, store].map(close));
    },
  };
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<Server> {
  const server = createServer((request, response) => {
    // A client that goes away in the middle is nothing special here.
    response.on('error', () => response.destroy());
    void answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
