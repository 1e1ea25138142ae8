/** How long to wait for what, and how much to do at a time. */
export interface DownloadLimits {
  /** Received bytes that are flushed and noted in the journal together: what a kill can cost per connection. */
  pieceBytes: number;
  /** Most that one request asks for. */
  requestBytes: number;
  /** A request that brings no byte for so long is given up. */
  stallMs: number;
  /** When all requests have failed for so long without bringing a byte, the download ends. */
  giveUpMs: number;
  /** The pause after the first failure; it doubles with each one that follows, up to thirty times this. */
  backoffMs: number;
}

export const defaultLimits: DownloadLimits = {
  pieceBytes: 8 * 1024 ** 2,
  requestBytes: 64 * 1024 ** 2,
  stallMs: 30_000,
  giveUpMs: 5 * 60_000,
  backoffMs: 1000,
};

const longestBackoff = 30;
const longestRetryAfterMs = 60_000;
const mostRedirects = 5;
const redirectStatuses = new Set([301, 302, 303, 307, 308]);
/** Codes of OpenSSL and of Node's own checks of a certificate or a TLS connection. */
const tlsCode = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|EPROTO)/;

/** One request that did not bring what it should. The message is a sentence for people. */
export class RequestFailure extends Error {
  /** Asking again would bring the same. */
  readonly isLasting: boolean;
  /** The server's status, or the code of the network's or the system's error. */
  override readonly cause: string | number;
  readonly retryAfterMs: number;

  constructor(message: string, cause: string | number, { isLasting = false, retryAfterMs = 0 } = {}) {
    super(message);
    this.name = 'RequestFailure';
    this.cause = cause;
    this.isLasting = isLasting;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What a server answered at the end of its redirects. */
export interface Answer {
  /** The redirects and, last, the answer proper. */
  chain: readonly Response[];
  response: Response;
  host: string;
  /** Whether another host than the one that was asked gave the answer. */
  isForeign: boolean;
  /** The bytes as they come. Throws RequestFailure when they stop coming. */
  body(): AsyncGenerator<Uint8Array, void>;
  /** Lets go of what has not been read. */
  close(): Promise<void>;
}

export interface Request {
  method: 'GET' | 'HEAD';
  headers?: Record<string, string>;
  stallMs: number;
  signal: AbortSignal;
  /** Whether this redirect already says what is to be known, so that it need not be followed. */
  isEnough?: (response: Response) => boolean;
}

/**
 * Asks for an address and follows its redirects: a few, to http and https only, never from https down to http. Nothing
 * that identifies the owner goes along. An answer of any status comes back, but for those that stand for a failure.
 *
 * @throws RequestFailure; the signal's reason when it is aborted
 */
export async function ask(url: string, request: Request): Promise<Answer> {
  const first = parseAddress(url, 'The address of the server');
  const closing = new AbortController();
  const watch = createWatch(request, closing);
  // Compressed, a body would have another length than the file. For a range, fetch says so by itself, and would twice.
  const identity = request.headers !== undefined && 'range' in request.headers ? {} : { 'accept-encoding': 'identity' };
  const headers = { ...identity, ...request.headers };
  const chain: Response[] = [];
  let address = first;
  try {
    for (;;) {
      const response = await watch(
        address.host,
        fetch(address.href, {
          method: request.method,
          redirect: 'manual',
          headers,
          signal: closing.signal,
        }),
      );
      chain.push(response);
      const location = response.headers.get('location');
      if (!redirectStatuses.has(response.status) || location === null || request.isEnough?.(response) === true) break;
      if (chain.length > mostRedirects) {
        throw new RequestFailure(`${first.host} sends the download round in circles.`, response.status);
      }
      await response.body?.cancel();
      address = redirectTarget(address, location);
    }
    const { host } = address;
    const response = chain.at(-1);
    if (response === undefined) throw new Error('A request without an answer.');
    const isForeign = address.origin !== first.origin;
    assertNotRefused(response, host, isForeign);
    return {
      chain,
      response,
      host,
      isForeign,
      async *body() {
        const reader = response.body?.getReader();
        for (;;) {
          const next = await watch(host, reader?.read() ?? Promise.resolve({ done: true, value: undefined }));
          if (next.value === undefined) return;
          yield next.value;
        }
      },
      close: async () => closing.abort(),
    };
  } catch (error) {
    closing.abort();
    throw error;
  }
}

/** Where a redirect leads. Throws RequestFailure when nothing can be fetched there, or not securely any more. */
export function redirectTarget(from: URL, location: string): URL {
  const target = parseAddress(URL.parse(location, from.href)?.href ?? location, 'The address of a redirect');
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw new RequestFailure(`${from.host} sends the download to an address that is not secure.`, 'address', {
      isLasting: true,
    });
  }
  return target;
}

function parseAddress(url: string, what: string): URL {
  const address = URL.parse(url);
  const isUsable =
    address !== null && /^https?:$/.test(address.protocol) && address.username === '' && address.password === '';
  if (!isUsable) {
    throw new RequestFailure(`${what} is not one that can be fetched from.`, 'address', { isLasting: true });
  }
  return address;
}

/** Waits for one step of a request, not longer than a stall lasts; a disk that takes long between steps is no stall. */
function createWatch({ stallMs, signal }: Request, closing: AbortController) {
  const stop = (): void => closing.abort();
  return async <T>(host: string, step: Promise<T>): Promise<T> => {
    const stalled = new RequestFailure(`${host} sent nothing for ${Math.ceil(stallMs / 1000)} seconds.`, 'stalled');
    const timer = setTimeout(() => closing.abort(stalled), stallMs);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    try {
      return await step;
    } catch (error) {
      signal.throwIfAborted();
      throw closing.signal.reason === stalled ? stalled : connectionFailure(error, host);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  };
}

function connectionFailure(error: unknown, host: string): RequestFailure {
  const { code, message } = reasonOf(error);
  if (tlsCode.test(code)) {
    return new RequestFailure(
      `There is no secure connection to ${host} (${code}). Check the clock of this computer, and the proxy if there ` +
        `is one.`,
      code,
      { isLasting: true },
    );
  }
  const proxyStatus = /^Proxy response \((\d+)\)/.exec(message)?.[1];
  if (proxyStatus !== undefined) {
    return new RequestFailure(`The proxy does not open a way to ${host} (${proxyStatus}).`, `proxy ${proxyStatus}`, {
      isLasting: proxyStatus.startsWith('4'),
    });
  }
  const isUnreached = /^(ENOTFOUND|EAI_|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT)/.test(code);
  return new RequestFailure(isUnreached ? `${host} could not be reached.` : `${host} broke off.`, code);
}

/** fetch wraps the reason, sometimes twice; several addresses tried in vain are one error with the last one's code. */
function reasonOf(error: unknown): { code: string; message: string } {
  for (let reason = error; reason instanceof Error; reason = reason.cause) {
    if ('code' in reason && typeof reason.code === 'string') return { code: reason.code, message: reason.message };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: message, message };
}

/**
 * Statuses that bring no file. What a second host refuses comes of a signed link that has run out: asking the first
 * one again brings a new link.
 */
function assertNotRefused({ status, headers }: Response, host: string, isForeign: boolean): void {
  if (status < 400 || status === 416) return;
  const lasting = { isLasting: true };
  if (status >= 500 || status === 408 || status === 429) {
    const seconds = Number(headers.get('retry-after') ?? 0);
    const retryAfterMs = Number.isFinite(seconds) ? Math.min(seconds * 1000, longestRetryAfterMs) : 0;
    throw new RequestFailure(`${host} has no time at the moment (${status}).`, status, { retryAfterMs });
  }
  if (isForeign) throw new RequestFailure(`A link to ${host} ran out (${status}).`, status);
  if (status === 404) {
    throw new RequestFailure(
      `${host} has no such file (404). Check the address of the mirror, or try again later.`,
      status,
      lasting,
    );
  }
  if (status === 401) throw new RequestFailure(`${host} wants a login for this file (401).`, status, lasting);
  if (status === 403) throw new RequestFailure(`${host} does not hand out this file (403).`, status, lasting);
  throw new RequestFailure(`${host} refused the request (${status}).`, status, lasting);
}

/** The pause before the next try, with some chance in it, so that connections that failed together do not return so. */
export function backoffOf(failure: RequestFailure, failures: number, limits: DownloadLimits): number {
  const doubled = Math.min(2 ** (failures - 1), longestBackoff);
  return Math.max(failure.retryAfterMs, limits.backoffMs * doubled * (0.75 + Math.random() / 2));
}
