import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { downloadFile, type Downloaded } from '../../main/installation/process/download/download.ts';
import { describeHubFile } from '../../main/installation/process/download/hub.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { digestOf, startHubServer, type Fault, type HubServer } from '../support/hub-server.ts';
import { createRandom } from '../support/random.ts';

/**
 * Fetches files from a hub where requests are cut, stall, bring another part, another version or a page, with the
 * process killed and its files damaged in between. Each ends with the right file, or with an AppError and no file; and
 * when nothing goes wrong any more, with the right file.
 *
 * npm run fault -- download [--times 200] [--seed N] [--json]
 */
const limits = { pieceBytes: 64 * 1024, requestBytes: 512 * 1024, stallMs: 300, giveUpMs: 1500, backoffMs: 10 };
const longestMs = 30_000;
const longestLifeMs = 700;
const path = 'weights.bin';
const killable = fileURLToPath(new URL('./download-process.ts', import.meta.url));

type Random = () => number;

function pick<T>(random: Random, values: readonly [T, ...T[]]): T {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

function randomFault(random: Random, canLie: boolean): Fault {
  const afterBytes = Math.floor(random() * 400_000);
  const faults: [Fault, ...Fault[]] = [
    { kind: 'cut', afterBytes },
    { kind: 'cut', afterBytes: 0 },
    { kind: 'stall', afterBytes },
    { kind: 'slow', bytesPerSecond: 400_000 },
    { kind: 'status', status: pick(random, [403, 408, 429, 500, 503]) },
    { kind: 'other-range' },
    { kind: 'whole' },
    { kind: 'length', extraBytes: Math.floor((random() - 0.5) * 1000) },
    { kind: 'gzip' },
    { kind: 'page' },
    { kind: 'redirect', to: pick(random, ['/owner/name/resolve/main/weights.bin', 'http://127.0.0.1:9/', 'file:///']) },
  ];
  return canLie && random() < 0.05 ? { kind: 'wrong-bytes' } : pick(random, faults);
}

/** What a power cut or a bad disk does to the files of a download. */
function damage(random: Random, targetPath: string): void {
  const damaged = random() < 0.7 ? `${targetPath}.part` : `${targetPath}.part.journal`;
  if (!existsSync(damaged) || statSync(damaged).size === 0) return;
  const bytes = readFileSync(damaged);
  const at = Math.floor(random() * bytes.length);
  const isCut = random() < 0.3;
  if (!isCut) bytes.fill(0, at, Math.min(at + 100, bytes.length));
  writeFileSync(damaged, isCut ? bytes.subarray(0, at) : bytes);
}

async function fetchAndKill(server: HubServer, targetPath: string, lifeMs: number): Promise<boolean> {
  const args = ['--hub', server.hub.hubUrl, '--path', path, '--target', targetPath, '--limits', JSON.stringify(limits)];
  const child = spawn(process.execPath, [killable, ...args], { stdio: 'ignore' });
  const closed = once(child, 'close');
  await Promise.race([pause(lifeMs), closed]);
  child.kill('SIGKILL');
  const [, signal] = (await closed) as [number | null, string | null];
  return signal === 'SIGKILL';
}

function isPublished(server: HubServer, targetPath: string): boolean {
  const found = readFileSync(targetPath);
  return server.published().some((bytes) => bytes.equals(found));
}

type Ending = 'right' | 'wrong file' | 'hang' | 'no AppError' | AppError['code'];

/** Fetches the file and looks at what lies under its name afterwards. */
async function fetchOnce(server: HubServer, targetPath: string, expectedSha256: string | null): Promise<Ending> {
  const signal = AbortSignal.timeout(longestMs);
  let downloaded: Downloaded;
  try {
    const file = await describeHubFile(server.hub, path, signal);
    const facts = { file, expectedSha256, targetPath, connections: 3, limits };
    downloaded = await downloadFile({ ...facts, signal, onProgress: () => undefined });
  } catch (error) {
    if (signal.aborted) return 'hang';
    if (!(error instanceof AppError))
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    // A process that was not killed in time has finished it.
    if (existsSync(targetPath) && !isPublished(server, targetPath)) return 'wrong file';
    return error instanceof AppError ? error.code : 'no AppError';
  }
  const sha256 = digestOf('sha256', readFileSync(targetPath));
  const isLeftover = existsSync(`${targetPath}.part`) || existsSync(`${targetPath}.part.journal`);
  return sha256 === downloaded.sha256 && isPublished(server, targetPath) && !isLeftover ? 'right' : 'wrong file';
}

interface Outcome {
  ending: Ending;
  /** How it ended when nothing went wrong any more. */
  calmEnding: Ending;
  kills: number;
  sizeBytes: number;
  sentBytes: number;
}

async function downloadOnce(random: Random, folder: string): Promise<Outcome> {
  const targetPath = join(folder, path);
  const namesChecksums = random() < 0.85;
  const server = await startHubServer({ namesChecksums, keepsRevisions: random() < 0.7 });
  const content = (): Buffer => randomBytes(500_000 + Math.floor(random() * 2_500_000));
  const isLarge = random() < 0.85;
  let bytes = content();
  server.publish(path, bytes, isLarge);
  const isExpected = random() < 0.2;
  // Nobody can tell wrong bytes of the right size where nobody knows a checksum.
  const canLie = namesChecksums || isExpected;
  const share = random() * 0.6;
  const changesAt = !isExpected && random() < 0.25 ? Math.floor(random() * 20) : null;
  server.setFaults(({ index, method }) => {
    if (index === changesAt) {
      bytes = random() < 0.5 ? content() : randomBytes(bytes.length);
      server.publish(path, bytes, isLarge);
    }
    return random() < (method === 'HEAD' ? share / 4 : share) ? randomFault(random, canLie) : null;
  });

  let kills = 0;
  const lives = pick(random, [0, 0, 1, 2]);
  for (let life = 0; life < lives && !existsSync(targetPath); life += 1) {
    if (await fetchAndKill(server, targetPath, 150 + random() * longestLifeMs)) kills += 1;
    if (random() < 0.4) damage(random, targetPath);
  }
  const expectedSha256 = isExpected ? digestOf('sha256', bytes) : null;
  const ending = await fetchOnce(server, targetPath, expectedSha256);
  server.setFaults(() => null);
  const calmEnding = ending === 'right' ? ending : await fetchOnce(server, targetPath, expectedSha256);
  const sentBytes = server.sentBytes();
  await server.close();
  return { ending, calmEnding, kills, sizeBytes: bytes.length, sentBytes };
}

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const times = Number(values.times);
const outcomes: Outcome[] = [];
for (let index = 0; index < times; index += 1) {
  const folder = mkdtempSync(join(tmpdir(), 'oasst-download-'));
  const outcome = await downloadOnce(createRandom(Number(values.seed) * 10_000 + index), folder);
  rmSync(folder, { recursive: true, force: true });
  outcomes.push(outcome);
  const { ending, calmEnding, kills, sizeBytes, sentBytes } = outcome;
  process.stderr.write(
    `download ${index + 1} of ${times}: ${ending}${ending === calmEnding ? '' : `, then ${calmEnding}`}, ` +
      `${kills} kills, ${sentBytes} bytes sent for ${sizeBytes}\n`,
  );
}

const count = (isCounted: (outcome: Outcome) => boolean): number => outcomes.filter(isCounted).length;
const ended = (ending: Ending) => count((outcome) => outcome.ending === ending || outcome.calmEnding === ending);
const sum = (of: (outcome: Outcome) => number): number => outcomes.reduce((total, outcome) => total + of(outcome), 0);
const notRight = count(({ calmEnding }) => calmEnding !== 'right');
const result = {
  name: 'download',
  pass: ended('wrong file') + ended('hang') + ended('no AppError') + notRight === 0,
  times,
  wrongFiles: ended('wrong file'),
  hangs: ended('hang'),
  unexpectedErrors: ended('no AppError'),
  notRightWithoutFaults: notRight,
  rightAtOnce: count(({ ending }) => ending === 'right'),
  clearErrors: count(({ ending, calmEnding }) => ending !== 'right' && calmEnding === 'right'),
  kills: sum(({ kills }) => kills),
  fileMegabytes: sum(({ sizeBytes }) => sizeBytes) / 1e6,
  // What was sent and did not arrive is in it, and whole files from a server that ignores ranges.
  sentAgainMegabytes: sum(({ sizeBytes, sentBytes }) => sentBytes - sizeBytes) / 1e6,
};
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else console.table(result);
process.exitCode = result.pass ? 0 : 1;
