import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { openCore } from '../../main/core.ts';
import { appPlaces } from '../../main/places.ts';
import { longQuestion } from './bench-engine.ts';
import { ownModel, root } from './raw-loop.ts';
import { benchArguments, note, report, rounded } from './report.ts';

/**
 * Resident memory of the app's core and its engine together (Linux): before a model is loaded, after, after 20
 * conversations, and after unloading, which has to give everything back but five hundredths.
 *
 * npm run bench -- memory [--model FILE] [--json]
 */

const bar = 1.05;
const conversations = 20;

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

const options = benchArguments();
const modelPath = options.modelPath === null ? ownModel() : resolve(options.modelPath);
const dataFolder = mkdtempSync(join(tmpdir(), 'oasst-bench-'));
const core = await openCore({ ...appPlaces(root, 'sources'), dataFolder, modelOverride: modelPath });

const measure = (): number => {
  globalThis.gc?.();
  const pid = core.models.enginePid();
  return residentBytes(process.pid) + (pid === undefined ? 0 : residentBytes(pid));
};

/** One short conversation, to its end. */
async function converse(index: number): Promise<void> {
  const ended = new Promise<void>((done) => {
    const off = core.onGenerationEvent((event) => {
      // A synthetic model writes without end; some words are enough here.
      if (event.kind === 'text') void core.generations.stop({ messageId: event.messageId });
      if (event.kind !== 'finished') return;
      off();
      done();
    });
  });
  await core.generations.start({ conversationId: null, text: longQuestion(60, index), seed: 1 });
  await ended;
}

// What the first use of everything takes stays; it is not the model's.
await core.settings.change({ unloadAfterMinutes: 0 });
await core.models.ensureLoaded();
await converse(0);
await core.models.unload();
const before = measure();
await core.models.ensureLoaded();
const loaded = measure();
for (let index = 1; index <= conversations; index += 1) await converse(index);
const used = measure();
await core.models.unload();
const after = measure();
note('done');
await core.dispose();
rmSync(dataFolder, { recursive: true, force: true });

const megabytes = (bytes: number): number => rounded(bytes / 1e6, 0);
report(
  {
    name: 'memory',
    pass: after <= before * bar,
    beforeMB: megabytes(before),
    loadedMB: megabytes(loaded),
    afterConversationsMB: megabytes(used),
    afterUnloadMB: megabytes(after),
    ratioAfterToBefore: rounded(after / before, 3),
    conversations,
    model: basename(modelPath),
  },
  options,
);
