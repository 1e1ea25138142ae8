import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { v7 as uuidv7 } from 'uuid';
import { openDatabaseClient } from '../../main/database/client.ts';
import type { DatabaseClient, StoredConversation, StoredMessage } from '../../main/database/protocol.ts';
import { appPlaces } from '../../main/places.ts';
import { extensionOf, isOneFile } from '../../main/services/export/export-format.ts';
import { exportFormats, type ExportFormat } from '../../preload/contract/exchange.ts';
import { createExports } from '../../main/services/export/exports.ts';
import { createPrinting } from '../../main/printing/client.ts';
import { createImports } from '../../main/services/import/imports.ts';
import { presets } from '../../preload/contract/presets.ts';
import { printingCommand } from '../../scripts/setup/electron-launch.mjs';
import { electronExecutable } from '../../scripts/setup/electron-runtime.mjs';
import { longQuestion } from './bench-engine.ts';
import { benchArguments, note, report, rounded } from './report.ts';

/**
 * Messages per second and peak memory (Linux) of exporting 10,000 conversations of 20 messages in each format, and of
 * importing them again, each in a process of its own that holds the database as the app does. Memory counts from the
 * idle process with its database open. PDFs are made of the first 500, by an Electron whose memory is not counted.
 *
 * npm run bench -- export [--json]
 */

export const needsElectron = true;

const bar = 300e6;
const conversationCount = 10_000;
const printedCount = 500;
const messageCount = 20;
const root = fileURLToPath(new URL('../..', import.meta.url));
const workerUrl = new URL('../../main/database/worker.ts', import.meta.url);

interface Measured {
  messages: number;
  seconds: number;
  /** Above the idle process. */
  peakBytes: number;
}

/** A figure of /proc/self/status, which counts in kilobytes. */
function memory(figure: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(new RegExp(`^${figure}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? NaN) * 1024;
}

function conversation(index: number): StoredConversation {
  const createdAt = 1_700_000_000_000 + index * 60_000;
  const messages: StoredMessage[] = [];
  for (let turn = 0; turn < messageCount; turn += 1) {
    const isAnswer = turn % 2 === 1;
    messages.push({
      ...{ id: uuidv7(), parentId: messages.at(-1)?.id ?? null, role: isAnswer ? 'assistant' : 'prompter' },
      ...{ text: longQuestion(isAnswer ? 120 : 30, index + turn), status: 'complete', errorCode: null, createdAt },
      generation: !isAnswer
        ? null
        : {
            ...{ modelName: 'Bench', modelSha256: 'a'.repeat(64), presetId: 'k50', parameters: presets.k50 },
            ...{ seed: index, promptTokens: 300, reusedTokens: 200, replyTokens: 150, promptMs: 900, replyMs: 9_000 },
            ...{ stopReason: 'end-of-text', firstVisibleMessageId: messages[0]?.id ?? null, windowTokens: 2048 },
          },
      rating: null,
      imported: null,
    });
  }
  return {
    ...{ id: uuidv7(), title: `Conversation ${String(index)}`, origin: 'window', presetId: null, titleByHand: false },
    ...{ createdAt, updatedAt: createdAt, currentLeafId: messages.at(-1)?.id ?? null, messages },
    ...{ isPinned: false, isArchived: false, folder: null },
  };
}

async function fill(databasePath: string): Promise<void> {
  const database = await openDatabaseClient({ databasePath, workerUrl });
  for (let first = 0; first < conversationCount; first += 100) {
    await database.stageImport(Array.from({ length: 100 }, (_value, index) => conversation(first + index)));
  }
  await database.mergeStaged(false);
  await database.dropStaged();
  await database.close();
}

/** In the child: one export or import, from idle to done. */
async function measure(databasePath: string, job: ExportFormat | 'import', path: string): Promise<Measured> {
  const database = await openDatabaseClient({ databasePath, workerUrl });
  await database.listConversations({ isArchived: false, after: null, limit: 1 });
  globalThis.gc?.();
  // Lets the peak begin anew.
  writeFileSync('/proc/self/clear_refs', '5');
  const idleBytes = memory('VmRSS');
  const startedMs = performance.now();
  const messages =
    job === 'import'
      ? (await createImports({ database, now: Date.now }).run({ path, isDryRun: false })).messages.new
      : await exportAll(database, job, path);
  const seconds = (performance.now() - startedMs) / 1000;
  const peakBytes = memory('VmHWM') - idleBytes;
  await database.close();
  return { messages, seconds, peakBytes };
}

/** @returns how many messages left */
async function exportAll(database: DatabaseClient, format: ExportFormat, path: string): Promise<number> {
  const [program = '', ...args] = printingCommand(electronExecutable());
  const printing = createPrinting({ program, args, entryPath: appPlaces(root, 'sources').printingEntry });
  const { printPage } = printing;
  const exports = createExports({ database, presetName: (presetId) => presetId, printPage });
  const conversationIds = format === 'pdf' ? (await database.listExportable()).slice(0, printedCount) : null;
  const { messages } = await exports.run({ conversationIds, branches: 'all', format, path });
  await printing.dispose();
  return messages;
}

function inChild(...args: string[]): Promise<Measured> {
  const child = spawn(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), '--child', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as Measured);
      else reject(new Error(`the measuring process ended with exit code ${String(code)}`));
    });
  });
}

async function main(): Promise<void> {
  const options = benchArguments();
  const folder = mkdtempSync(join(tmpdir(), 'oasst-bench-'));
  try {
    const databasePath = join(folder, 'conversations.sqlite3');
    await fill(databasePath);
    const figures: Record<string, number> = {};
    const peaks: number[] = [];
    const isWhole: boolean[] = [];
    const run = async (job: ExportFormat | 'import', database: string, path: string): Promise<void> => {
      const { messages, seconds, peakBytes } = await inChild(database, job, path);
      isWhole.push(messages === messageCount * (job === 'pdf' ? printedCount : conversationCount));
      peaks.push(peakBytes);
      figures[`${job}MessagesPerSecond`] = rounded(messages / seconds, 0);
      figures[`${job}PeakMB`] = rounded(peakBytes / 1e6, 0);
      note(`${job}: ${String(rounded(seconds, 1))} s, ${String(rounded(peakBytes / 1e6, 0))} MB above idle`);
    };
    const placeOf = (format: ExportFormat): string =>
      join(folder, isOneFile(format) ? `all.${extensionOf(format)}` : format);
    for (const format of exportFormats) await run(format, databasePath, placeOf(format));
    await run('import', join(folder, 'other.sqlite3'), placeOf('json'));
    const conversations = conversationCount;
    const pass = isWhole.every(Boolean) && peaks.every((peak) => peak < bar);
    report({ name: 'export', pass, conversations, messagesEach: messageCount, ...figures }, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [mode, databasePath = '', job = '', path = ''] = process.argv.slice(2);
if (mode === '--child') {
  const known = [...exportFormats, 'import' as const].find((each) => each === job);
  if (known === undefined) throw new Error(`there is no format ${job}`);
  process.stdout.write(JSON.stringify(await measure(databasePath, known, path)));
} else await main();
