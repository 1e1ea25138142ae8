import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { v7 as newId } from 'uuid';
import { createBackupRunner } from '../../main/database/backup-client.ts';
import { backupPathOf, backupsFolderOf, newBackupId } from '../../main/database/backup-names.ts';
import { openDatabaseClient } from '../../main/database/client.ts';
import { newestVersion } from '../../main/database/migrations/index.ts';
import { assertUndamaged, createRecovery, problemOf } from '../../main/services/recovery.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { presets } from '../../preload/contract/presets.ts';

/**
 * Disks that fail and files that are damaged: what the app says, what was kept, and whether it goes on.
 *
 * npm run fault -- disk [--json]
 */

const workerUrl = new URL('../../main/database/worker.ts', import.meta.url);
const processFile = fileURLToPath(new URL('./disk-process.ts', import.meta.url));
const pageBytes = 4096;
const conversations = 100;
const runTask = createBackupRunner(workerUrl);

interface Row {
  what: string;
  /** What the app says; `opens` where it opens as if nothing were. */
  says: string;
  kept: string;
  pass: boolean;
  skipped?: string;
}

const rows: Row[] = [];
const add = (row: Row): void => {
  rows.push(row);
  process.stderr.write(`${row.what}: ${row.skipped ?? `${row.says}; ${row.kept}`}${row.pass ? '' : ' FAILED'}\n`);
};
const root = mkdtempSync(join(tmpdir(), 'oasst-disk-'));
let folders = 0;

function newFolder(): string {
  folders += 1;
  const folder = join(root, String(folders));
  mkdirSync(folder);
  return folder;
}

/** Fills a database and leaves a backup of it. With `isKilled`, what was written last is in the log alone. */
async function fill(databasePath: string): Promise<void> {
  const database = await openDatabaseClient({ databasePath, workerUrl });
  const facts = { modelName: 'Guide', modelSha256: null, presetId: 'k50', parameters: presets.k50, seed: 1 };
  for (let index = 0; index < conversations; index += 1) {
    const [conversationId, questionId, answerId, now] = [newId(), newId(), newId(), 1_700_000_000_000 + index];
    const newConversation = { title: `Conversation ${String(index)}`, origin: 'window' as const };
    const text = `Question ${String(index)}`;
    await database.startTurn({
      ...{ conversationId, newConversation, questionId, parentId: null, text, answerId, facts, now },
    });
    await database.finishAnswer({
      ...{ messageId: answerId, text: 'Leaf. '.repeat(200), status: 'complete', errorCode: null, facts: {}, now },
    });
  }
  await database.close();
  const folder = backupsFolderOf(databasePath);
  mkdirSync(folder);
  const copyPath = backupPathOf(folder, newBackupId(folder, 'schedule', Date.now()));
  await runTask('copy', { databasePath, copyPath, unlessSameAs: null });
}

/** What the app says when it opens the file. */
async function failureOf(databasePath: string): Promise<AppError | null> {
  try {
    assertUndamaged(databasePath);
    await (await openDatabaseClient({ databasePath, workerUrl })).close();
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** As the app does it in the background: looks, and notes what it found. */
async function check(databasePath: string): Promise<string> {
  const verdict = await runTask('check', { databasePath });
  return verdict.kind;
}

function countOf(databasePath: string): number {
  const db = new Database(databasePath, { readonly: true });
  try {
    return Number(db.prepare('SELECT count(*) FROM messages').pluck().get());
  } finally {
    db.close();
  }
}

const damages: [string, (path: string) => void][] = [
  ['header zeroed', (path) => overwrite(path, 0, Buffer.alloc(100))],
  ['first page garbage', (path) => overwrite(path, 0, Buffer.alloc(pageBytes, 0xaa))],
  [
    'three pages garbage',
    (path) => [40, 41, 60].forEach((page) => overwrite(path, page * pageBytes, Buffer.alloc(pageBytes, 0xaa))),
  ],
  ['text bytes changed', (path) => overwrite(path, readFileSync(path).indexOf('Leaf. Leaf.'), Buffer.from('LEAF'))],
  ['truncated to half', (path) => truncateSync(path, Math.floor(readFileSync(path).length / 2))],
  ['zero length', (path) => truncateSync(path, 0)],
  ['file gone', (path) => rmSync(path)],
  ['another kind of file', (path) => writeFileSync(path, 'Dear diary, '.repeat(50_000))],
];

function overwrite(path: string, at: number, bytes: Buffer): void {
  const content = readFileSync(path);
  bytes.copy(content, at);
  writeFileSync(path, content);
}

async function tryDamage(what: string, damage: (path: string) => void): Promise<void> {
  const databasePath = join(newFolder(), 'conversations.sqlite3');
  await fill(databasePath);
  damage(databasePath);
  const before = existsSync(databasePath) ? readFileSync(databasePath) : null;
  const failure = await failureOf(databasePath);
  const verdict = failure === null ? await check(databasePath) : 'refused';
  if (verdict === 'sound') {
    const kept = countOf(databasePath);
    add({
      what,
      says: 'opens',
      kept: `${String(kept)} of ${String(2 * conversations)} messages`,
      pass: kept === 2 * conversations,
    });
    return;
  }
  const error = failure ?? new AppError('database-unreadable', 'found by the check');
  const isUnchanged = before === null || readFileSync(databasePath).equals(before) || failure === null;
  const options = { databasePath, backupsFolder: backupsFolderOf(databasePath), runTask, attempt: 1, now: Date.now };
  let kept = 'nothing to read';
  const salvaged = await createRecovery(error, options)
    .salvage()
    .catch((thrown: unknown) => thrown);
  if (salvaged instanceof Error) {
    const state = await createRecovery(error, options).state();
    const restored = await createRecovery(error, options).restore(state.backups[0]?.id ?? '');
    kept = `backup: ${String(countOf(databasePath))} of ${String(2 * conversations)} messages`;
    if (restored.done === null) kept = 'nothing';
  } else {
    kept = `salvaged: ${String(countOf(databasePath))} of ${String(2 * conversations)} messages`;
  }
  const opensAgain = (await failureOf(databasePath)) === null && (await check(databasePath)) === 'sound';
  const says = failure === null ? 'opens; the check finds it' : `${failure.code} (${problemOf(failure) ?? '?'})`;
  add({ what, says, kept, pass: isUnchanged && opensAgain && !kept.startsWith('nothing') });
}

async function tryMissingLog(): Promise<void> {
  const databasePath = join(newFolder(), 'conversations.sqlite3');
  const work = startWork([], databasePath);
  await work.until((line) => line.startsWith('saved'), 20);
  work.child.kill('SIGKILL');
  await work.ended;
  for (const part of ['-wal', '-shm']) rmSync(databasePath + part, { force: true });
  const failure = await failureOf(databasePath);
  add({
    what: 'log removed after a kill',
    says: failure === null ? 'opens' : `${failure.code} (${problemOf(failure) ?? '?'})`,
    kept: 'the file as it was; what only the log held is gone',
    pass: failure !== null && problemOf(failure) === 'log-missing',
  });
}

async function tryNewer(): Promise<void> {
  const databasePath = join(newFolder(), 'conversations.sqlite3');
  await fill(databasePath);
  const db = new Database(databasePath);
  db.pragma('journal_mode = DELETE');
  db.pragma(`user_version = ${String(newestVersion + 1)}`);
  db.close();
  const before = readFileSync(databasePath);
  const failure = await failureOf(databasePath);
  const isSame = readFileSync(databasePath).equals(before);
  add({
    what: 'written by a newer version',
    says: failure?.code ?? 'opens',
    kept: isSame ? 'every byte' : 'it was changed',
    pass: failure?.code === 'database-newer' && isSame,
  });
}

/** Runs the app's database in a process of its own, on a disk that is made to fail. */
function startWork(tracer: readonly string[], databasePath: string) {
  const [command, ...args] = [...tracer, process.execPath, processFile, databasePath];
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const saved: string[] = [];
  const failures = new Set<string>();
  const waiting = new Set<(line: string) => void>();
  const output = child.stdout;
  if (output === null) throw new Error('The work could not be started.');
  const lines = createInterface({ input: output });
  lines.on('line', (line) => {
    const [kind, value = ''] = line.split(' ');
    if (kind === 'saved') saved.push(value);
    if (kind === 'failed') failures.add(value);
    for (const listener of waiting) listener(line);
  });
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  return {
    ...{ child, saved, failures, ended },
    /** Waits for `count` more lines that are wanted, or for the end. */
    async until(isWanted: (line: string) => boolean, count: number): Promise<void> {
      let left = count;
      const seen = new Promise<void>((resolve) => {
        waiting.add((line) => {
          if (isWanted(line)) left -= 1;
          if (left <= 0) resolve();
        });
      });
      await Promise.race([seen, ended, pause(60_000, null, { ref: false })]);
    },
    async stop(): Promise<void> {
      child.stdin?.end();
      await ended;
    },
  };
}

/** Whether everything that was acknowledged is in the file, and the file is sound. */
async function holdsAll(databasePath: string, saved: readonly string[]): Promise<boolean> {
  if ((await check(databasePath)) !== 'sound') return false;
  const db = new Database(databasePath, { readonly: true });
  try {
    const find = db.prepare<[string]>(`SELECT 1 FROM messages WHERE id = ? AND status = 'complete'`);
    return saved.every((id) => find.get(id) !== undefined);
  } finally {
    db.close();
  }
}

const isSaved = (line: string): boolean => line.startsWith('saved');
const isFailed = (line: string): boolean => line.startsWith('failed');

async function onSmallDisk(test: (mount: string) => Promise<void>): Promise<void> {
  const mount = newFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', mount]);
  try {
    await test(mount);
  } finally {
    execFileSync('umount', ['-l', mount]);
  }
}

/** Fills the disk while the app works, makes room, and looks whether it went on by itself and kept everything. */
async function tryFullDisk(mount: string): Promise<void> {
  const databasePath = join(mount, 'conversations.sqlite3');
  const work = startWork([], databasePath);
  await work.until(isSaved, 20);
  fillUp(join(mount, 'filler'));
  await work.until(isFailed, 5);
  const before = work.saved.length;
  rmSync(join(mount, 'filler'));
  await work.until(isSaved, 10);
  await work.stop();
  await report('full disk', 'disk-full', databasePath, work, work.saved.length > before);
}

/** A disk that is read-only when the app starts, and is not any more at the next attempt. */
async function tryReadOnly(mount: string): Promise<void> {
  const databasePath = join(mount, 'conversations.sqlite3');
  const first = startWork([], databasePath);
  await first.until(isSaved, 20);
  await first.stop();
  execFileSync('mount', ['-o', 'remount,ro', mount]);
  const failure = await failureOf(databasePath);
  execFileSync('mount', ['-o', 'remount,rw', mount]);
  if (failure !== null) first.failures.add(failure.code);
  const second = startWork([], databasePath);
  await second.until(isSaved, 10);
  await second.stop();
  first.saved.push(...second.saved);
  await report('folder turned read-only', 'database-readonly', databasePath, first, second.saved.length > 0);
}

async function report(
  what: string,
  code: string,
  databasePath: string,
  { saved, failures }: Pick<ReturnType<typeof startWork>, 'saved' | 'failures'>,
  goesOn: boolean,
): Promise<void> {
  const keepsAll = await holdsAll(databasePath, saved);
  const says = [...failures].join(', ');
  const kept = `${keepsAll ? 'all' : 'NOT ALL'} of ${String(saved.length)} saved answers, ${goesOn ? 'goes on' : 'DOES NOT GO ON'}`;
  add({ what, says, kept, pass: keepsAll && goesOn && says === code });
}

/** Lets one call in some fail with an I/O error. */
async function tryErrors(call: string, when: string): Promise<void> {
  const databasePath = join(newFolder(), 'conversations.sqlite3');
  await fill(databasePath);
  const inject = `inject=${call}:error=EIO:when=${when}`;
  const work = startWork(['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject], databasePath);
  await work.until(isFailed, 3);
  await work.until(isSaved, 20);
  await work.stop();
  await report(`I/O errors of ${call}`, 'database-readonly', databasePath, work, work.saved.length > 0);
}

function skip(what: string, reason: string): void {
  add({ what, says: '', kept: '', pass: true, skipped: reason });
}

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
try {
  for (const [what, damage] of damages) await tryDamage(what, damage);
  await tryMissingLog();
  await tryNewer();
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    for (const what of ['full disk', 'folder turned read-only'])
      skip(what, 'it takes root on Linux to mount a small disk');
  } else {
    await onSmallDisk(tryFullDisk);
    await onSmallDisk(tryReadOnly);
  }
  // One answer takes hundreds of writes and two synchronisations.
  for (const [call, when] of [
    ['pwrite64', '500+1500'],
    ['fsync', '20+15'],
  ] as const) {
    if (existsSync('/usr/bin/strace')) await tryErrors(call, when);
    else skip(`I/O errors of ${call}`, 'strace is not installed');
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}

/** Takes all the room that is left. */
function fillUp(path: string): void {
  for (let bytes = 16 * 1024 * 1024; bytes >= 1024; bytes /= 2) {
    try {
      writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' });
    } catch {
      // Half of it may fit.
    }
  }
}

const result = { name: 'disk', pass: rows.every(({ pass }) => pass), rows };
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else console.table(rows);
process.exitCode = result.pass ? 0 : 1;
