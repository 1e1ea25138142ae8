import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { assertNoStandIn, factsOf, isSameContent, type HubFile } from './hub.ts';
import { gapsBetween, type Journal, type Span } from './journal.ts';
import { ask, backoffOf, RequestFailure, type Answer, type DownloadLimits } from './requests.ts';

/** When a connection fails so often in a row and nothing new can be kept all the while, the download ends. */
const mostFailures = 20;

/** What the server sends now does not seem to be the file that was described. */
export class VersionSuspicion extends Error {
  override readonly name = 'VersionSuspicion';
}

export interface Transfer {
  file: HubFile;
  part: FileHandle;
  journal: Journal;
  connections: number;
  limits: DownloadLimits;
  signal: AbortSignal;
  /** Bytes that came in and are not noted in the journal; negative when they are, or have to be fetched again. */
  onLoose: (bytes: number) => void;
}

/** Writes received bytes to their place and notes them in the journal piece by piece. */
function createPieceWriter({ part, journal, limits, onLoose }: Transfer) {
  let span: Span = { start: 0, end: 0 };
  let hash: Hash = createHash('sha256');

  const begin = (start: number): void => {
    onLoose(span.start - span.end);
    span = { start, end: start };
    hash = createHash('sha256');
  };

  /** What is noted is on disk: flushed first, so that not even a power cut makes the journal claim too much. */
  const keep = async (): Promise<void> => {
    if (span.end === span.start) return;
    await part.datasync();
    await journal.add({ ...span, sha256: hash.digest('hex') });
    begin(span.end);
  };

  return {
    async write(bytes: Uint8Array, start: number): Promise<void> {
      if (start !== span.end || span.end - span.start >= limits.pieceBytes) {
        await keep();
        begin(start);
      }
      let written = 0;
      while (written < bytes.length) {
        written += (await part.write(bytes, written, bytes.length - written, start + written)).bytesWritten;
      }
      hash.update(bytes);
      span.end += bytes.length;
      onLoose(bytes.length);
    },
    keep,
    /** Leaves what is not noted yet to be fetched again. */
    drop: (): void => begin(span.end),
  };
}

/**
 * Fetches what the journal does not hold, over several connections. Every byte that arrived stays, however it ends.
 *
 * @throws RequestFailure when nothing has come for long or asking again would not help, VersionSuspicion, the signal's
 * reason, or the file system's error
 */
export async function fetchMissing(transfer: Transfer): Promise<void> {
  const { file, journal, limits } = transfer;
  const ending = new AbortController();
  const signal = AbortSignal.any([transfer.signal, ending.signal]);
  const underWay = new Set<Span>();
  let connections = transfer.connections;
  /** A server that answers a request for a part with the whole is read by one connection, from the start each time. */
  let isWholeOnly = false;
  /** Begins with a failure, not with the last byte: a computer that slept for hours has not tried for hours. */
  let failingSinceMs: number | null = null;

  const missing = (except?: Span): Span[] => {
    const others = [...underWay].filter((span) => span !== except);
    return gapsBetween([...journal.pieces(), ...others], file.sizeBytes);
  };

  const counting: Transfer = {
    ...transfer,
    onLoose(bytes) {
      if (bytes > 0) failingSinceMs = null;
      transfer.onLoose(bytes);
    },
  };

  const takeSpan = (): Span | null => {
    const gap = missing()[0];
    if (gap === undefined) return null;
    const end = isWholeOnly ? gap.end : Math.min(gap.end, gap.start + limits.requestBytes);
    return { start: gap.start, end };
  };

  const fetchSpan = async (span: Span): Promise<void> => {
    const isWhole = span.start === 0 && span.end === file.sizeBytes;
    const answer = await ask(file.url, {
      method: 'GET',
      headers: isWhole ? {} : rangeHeaders(span, file, journal.etag()),
      stallMs: limits.stallMs,
      signal,
    });
    try {
      await assertAnswers(answer, span, file, journal);
      if (answer.response.status === 206) {
        await receive(counting, answer, span, [span]);
        return;
      }
      if (!isWhole && !isWholeOnly) {
        isWholeOnly = true;
        connections = 1;
        if (transfer.connections > 1) return;
      }
      await receive(counting, answer, { start: 0, end: file.sizeBytes }, missing(span));
    } finally {
      await answer.close();
    }
  };

  const assertHope = (failure: RequestFailure, failures: number): void => {
    failingSinceMs ??= Date.now();
    const isOver = failures === mostFailures || Date.now() - failingSinceMs > limits.giveUpMs;
    if (failure.isLasting || isOver) throw failure;
  };

  const runLane = async (): Promise<void> => {
    let failures = 0;
    while (underWay.size < connections) {
      const span = takeSpan();
      if (span === null) return;
      const heldBytes = journal.heldBytes();
      underWay.add(span);
      const failure = await fetchSpan(span).then(() => null, onlyRequestFailure);
      underWay.delete(span);
      failures = failure === null || journal.heldBytes() > heldBytes ? 0 : failures;
      if (failure === null) continue;
      failures += 1;
      assertHope(failure, failures);
      await pause(backoffOf(failure, failures, limits), undefined, { signal });
    }
  };

  const runLaneOrEndAll = async (): Promise<void> => {
    try {
      await runLane();
    } catch (error) {
      ending.abort(error);
    }
  };

  while (missing().length > 0) {
    await Promise.all(Array.from({ length: connections }, runLaneOrEndAll));
    signal.throwIfAborted();
  }
}

function onlyRequestFailure(error: unknown): RequestFailure {
  if (error instanceof RequestFailure) return error;
  throw error;
}

function rangeHeaders({ start, end }: Span, file: HubFile, etag: string | null): Record<string, string> {
  const range = { range: `bytes=${start}-${end - 1}` };
  // With a checksum the hub's own headers tell versions apart; a second host may change its tag for the same content.
  return file.checksum === null && etag !== null ? { ...range, 'if-range': etag } : range;
}

/** Checks that the body to come is the file, or the span of it that was asked for. */
async function assertAnswers(answer: Answer, span: Span, file: HubFile, journal: Journal): Promise<void> {
  const { response, host } = answer;
  const { status, headers } = response;
  assertNoStandIn(answer, file.path);
  if (!isSameContent(factsOf(answer), file) || status === 416) throw new VersionSuspicion();
  if (status !== 200 && status !== 206) throw new RequestFailure(`${host} gave no file (${status}).`, status);
  const range = /^bytes (\d+)-(\d+)\//.exec(headers.get('content-range') ?? '');
  const isAsked = Number(range?.[1]) === span.start && Number(range?.[2]) === span.end - 1;
  if (status === 206 && !isAsked) {
    throw new RequestFailure(`${host} sent another part of the file than was asked for.`, 'range');
  }
  if (file.checksum !== null) return;
  const etag = headers.get('etag');
  // A weak tag does not stand for the same bytes.
  if (etag === null || etag.startsWith('W/')) return;
  if (journal.etag() === null) await journal.noteEtag(etag);
  else if (journal.etag() !== etag) throw new VersionSuspicion();
}

/** Reads a body that holds `span` of the file and keeps what of it is `wanted`. */
async function receive(transfer: Transfer, answer: Answer, span: Span, wanted: readonly Span[]): Promise<void> {
  const writer = createPieceWriter(transfer);
  let position = span.start;
  try {
    for await (const bytes of answer.body()) {
      const end = position + bytes.length;
      if (end > span.end) {
        writer.drop();
        throw new RequestFailure(`${answer.host} sent more than there is of the file.`, 'length');
      }
      for (const gap of wanted) {
        const from = Math.max(gap.start, position);
        const to = Math.min(gap.end, end);
        if (from < to) await writer.write(bytes.subarray(from - position, to - position), from);
      }
      position = end;
    }
    if (position < span.end) throw new RequestFailure(`${answer.host} broke off.`, 'length');
  } finally {
    await writer.keep();
  }
}
