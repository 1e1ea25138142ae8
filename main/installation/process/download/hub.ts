import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../../../preload/contract/errors.ts';
import { downloadError } from './failures.ts';
import { ask, backoffOf, defaultLimits, RequestFailure, type Answer, type DownloadLimits } from './requests.ts';

/**
 * What the hub says of a file before it is fetched. `HEAD {hub}/{owner}/{name}/resolve/{revision}/{path}` answers for a
 * large file with a redirect to a second host that carries `X-Linked-Etag` (the SHA-256 of the content) and
 * `X-Linked-Size`; for a small one with the file itself, whose `ETag` is the SHA-1 of its git blob. Both name in
 * `X-Repo-Commit` the commit that the revision stands for. Source: huggingface_hub, `get_hf_file_metadata`.
 */

/** `git-blob-sha1`: SHA-1 of `blob <size>\0` and the content. */
export type Checksum = { kind: 'sha256' | 'git-blob-sha1'; hex: string };

export interface HubFile {
  /** By the commit where it is known, so that all that is fetched from it belongs together. */
  url: string;
  /** Within the repository. */
  path: string;
  sizeBytes: number;
  checksum: Checksum | null;
  /** Forty hexadecimal digits. */
  commit: string | null;
}

export interface HubRepository {
  /** Such as `https://huggingface.co`; a mirror serves the same paths under another address. */
  hubUrl: string;
  /** `owner/name`. */
  repository: string;
  /** A branch, a tag or a commit. */
  revision: string;
}

type Facts = Pick<HubFile, 'checksum' | 'commit'> & { sizeBytes: number | null };

const describeTries = 4;

/**
 * Asks the hub for size, checksum and commit of a file.
 *
 * @throws AppError `not-found` when the hub has no such file, `network-failed`, `cancelled`
 */
export async function describeHubFile(hub: HubRepository, path: string, signal: AbortSignal): Promise<HubFile> {
  try {
    const found = await describeUrl(fileUrl(hub, path), path, signal, defaultLimits);
    if (found.commit === null) return found;
    return { ...found, url: fileUrl({ ...hub, revision: found.commit }, path) };
  } catch (error) {
    throw downloadError(error, path, null, signal);
  }
}

function fileUrl({ hubUrl, repository, revision }: HubRepository, path: string): string {
  const segments = path.split('/').map(encodeURIComponent).join('/');
  return `${hubUrl.replace(/\/+$/, '')}/${repository}/resolve/${encodeURIComponent(revision)}/${segments}`;
}

/** The same for an address that is already known. Throws RequestFailure when a few tries have failed. */
export async function describeUrl(
  url: string,
  path: string,
  signal: AbortSignal,
  limits: DownloadLimits,
): Promise<HubFile> {
  for (let failures = 1; ; failures += 1) {
    try {
      const answer = await ask(url, { method: 'HEAD', stallMs: limits.stallMs, signal, isEnough: namesSize });
      await answer.close();
      assertNoStandIn(answer, path);
      const { sizeBytes, checksum, commit } = factsOf(answer);
      if (sizeBytes !== null) return { url, path, sizeBytes, checksum, commit };
      throw new RequestFailure(`${answer.host} does not say how large ${path} is.`, 'size');
    } catch (error) {
      if (!(error instanceof RequestFailure) || error.isLasting || failures === describeTries) throw error;
      await pause(backoffOf(error, failures, limits), undefined, { signal });
    }
  }
}

function namesSize({ headers }: Response): boolean {
  return headers.has('x-linked-size');
}

/** Throws RequestFailure when something stands in for the file: a page of the network, or a compressed form of it. */
export function assertNoStandIn({ response: { headers }, host }: Answer, path: string): void {
  if (headers.get('content-type')?.startsWith('text/html') === true && !/\.html?$/.test(path)) {
    throw new RequestFailure(
      `${host} sent a web page in place of the file, as networks do that want a login first.`,
      'page',
    );
  }
  if (!['identity', null].includes(headers.get('content-encoding'))) {
    throw new RequestFailure(`${host} sent the file compressed, which was not asked for.`, 'encoding');
  }
}

/** What an answer, with the redirects that led to it, says of the whole file. */
export function factsOf({ chain, response, isForeign }: Answer): Facts {
  const first = (name: string): string | null =>
    chain.map(({ headers }) => headers.get(name)).find((value) => value !== null) ?? null;
  const commit = /^[0-9a-f]{40}$/.exec(first('x-repo-commit') ?? '')?.[0] ?? null;
  const ownEtag = commit === null || isForeign ? null : response.headers.get('etag');
  const range = /^bytes (?:\d+-\d+|\*)\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  const length = response.status === 200 ? response.headers.get('content-length') : null;
  return {
    sizeBytes: wholeNumber(first('x-linked-size') ?? range ?? length),
    checksum: checksumOf(first('x-linked-etag') ?? ownEtag),
    commit,
  };
}

function wholeNumber(text: string | null): number | null {
  const value = text !== null && /^\d+$/.test(text) ? Number(text) : null;
  return value !== null && Number.isSafeInteger(value) ? value : null;
}

/** Only the hub's own tags are checksums; those of other servers may be anything of the same length. */
function checksumOf(etag: string | null): Checksum | null {
  const hex = /^(?:W\/)?"?([0-9a-f]+)"?$/i.exec(etag ?? '')?.[1]?.toLowerCase();
  if (hex?.length === 64) return { kind: 'sha256', hex };
  return hex?.length === 40 ? { kind: 'git-blob-sha1', hex } : null;
}

/** Whether two descriptions, as far as both say something, are of the same content. */
export function isSameContent(known: Facts, other: Facts): boolean {
  if (known.sizeBytes !== null && other.sizeBytes !== null && known.sizeBytes !== other.sizeBytes) return false;
  if (known.checksum !== null && other.checksum !== null) {
    return known.checksum.kind === other.checksum.kind && known.checksum.hex === other.checksum.hex;
  }
  return known.commit === null || other.commit === null || known.commit === other.commit;
}

/** @throws AppError `hash-mismatch` when the server itself says that its file is not the expected one */
export function assertExpected({ path, checksum }: HubFile, expectedSha256: string | null): void {
  if (expectedSha256 === null || checksum?.kind !== 'sha256' || checksum.hex === expectedSha256) return;
  throw new AppError(
    'hash-mismatch',
    `The server has another ${path} than the expected one: SHA-256 ${checksum.hex} in place of ${expectedSha256}. ` +
      `Choose another mirror.`,
    { path, expected: expectedSha256, found: checksum.hex },
  );
}
