import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createJobStarter, type RunningJob } from '../../main/installation/client.ts';
import type { InstallJob, JobProgress, JobResults } from '../../main/installation/protocol.ts';
import type { Turn } from '../../main/engine/protocol.ts';
import { temporaryFolder } from '../support/database.ts';
import { startHubServer, type Fault, type SeenRequest } from '../support/hub-server.ts';
import { ask, loadModel, startRealEngine } from './real-engine.ts';

const root = join(import.meta.dirname, '..', '..');
const checkpoint = join(root, 'test', 'fixtures', 'pytorch');
const startJob = createJobStarter({
  nodePath: process.execPath,
  entryPath: join(root, 'main', 'installation', 'process', 'index.ts'),
});

const files = readdirSync(checkpoint).filter((name) => /\.(bin|json)$/.test(name) && name !== 'expected.json');

/** A hub that holds the checkpoint that PyTorch wrote. */
async function startHub(namesOfFiles = files) {
  const server = await startHubServer();
  onTestFinished(() => server.close());
  for (const name of namesOfFiles) server.publish(name, readFileSync(join(checkpoint, name)), name.endsWith('.bin'));
  return { ...server, url: server.hub.hubUrl };
}

function jobFor(hubUrl: string, folder = temporaryFolder()): InstallJob {
  const workFolder = join(folder, 'work');
  mkdirSync(workFolder, { recursive: true });
  const outPath = join(folder, 'model.gguf');
  return {
    ...{ kind: 'install', hubUrl, repository: 'owner/name', revision: 'main', name: 'Tiny', type: 'Q8_0' },
    ...{ workFolder, outPath },
  };
}

function start(job: InstallJob, onProgress: (progress: JobProgress) => void = () => undefined) {
  const running: RunningJob<JobResults['install']> = startJob(job, { onProgress, proxyUrl: null });
  onTestFinished(() => running.stop());
  return running;
}

const sha256Of = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('installing a model from a hub', () => {
  it('fetches, converts and verifies it, drops what is done with, and the engine can use it', async () => {
    const hub = await startHub();
    const job = jobFor(hub.url);
    const phases: string[] = [];
    const { result } = start(job, ({ phase }) => {
      if (phases.at(-1) !== phase) phases.push(phase);
    });
    const { sha256, sizeBytes } = await result;
    expect(sha256).toBe(sha256Of(job.outPath));
    expect(sizeBytes).toBe(readFileSync(job.outPath).length);
    expect(phases[0]).toBe('checking');
    expect(phases).toContain('downloading');
    expect(phases).toContain('converting');
    expect(readdirSync(job.workFolder).filter((name) => name.includes('pytorch_model-'))).toEqual([]);

    const engine = startRealEngine();
    expect(await loadModel(engine, job.outPath)).toMatchObject({ name: 'Tiny', quantization: 'Q8_0' });
    const turns: Turn[] = [{ id: 'q', role: 'prompter', text: 'Hello' }];
    const { usage } = await ask(engine, { conversationId: 'c', turns, answerId: 'a' }).end;
    expect(usage?.replyTokens).toBeGreaterThanOrEqual(0);
  });

  it('goes on after being stopped and after being killed, with the same bytes, from the same commit', async () => {
    const hub = await startHub();
    const whole = jobFor(hub.url);
    await start(whole).result;

    const job = jobFor(hub.url);
    const stopAt = (isTheTime: (request: SeenRequest) => boolean) =>
      new Promise<void>((resolve) => {
        hub.setFaults((request): Fault | null => {
          if (!isTheTime(request)) return null;
          resolve();
          return { kind: 'slow', bytesPerSecond: 20_000 };
        });
      });
    const first = stopAt(({ host }) => host === 'store');
    const paused = start(job);
    await first;
    await paused.stop();
    await expect(paused.result).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(job.outPath)).toBe(false);
    // A new version is published meanwhile; the job stays with the one that it began with.
    hub.setFaults(() => null);
    hub.publish('config.json', Buffer.from('{}'), false);
    await start(job).result;
    expect(sha256Of(job.outPath)).toBe(sha256Of(whole.outPath));
  });

  it('says what is wrong: no such place, a checkpoint of another kind, a file that is not what the hub says', async () => {
    const hub = await startHub(files.filter((name) => name !== 'config.json'));
    const unreachable = start(jobFor('http://127.0.0.1:9'));
    const nothing = start(jobFor(hub.url));
    await expect(nothing.result).rejects.toMatchObject({ code: 'not-found' });
    hub.publish('config.json', Buffer.from('{"model_type": "llama"}'), false);
    await expect(start(jobFor(hub.url)).result).rejects.toMatchObject({ code: 'checkpoint-unreadable' });
    hub.publish('config.json', readFileSync(join(checkpoint, 'config.json')), false);
    hub.setFaults(({ host }) => (host === 'store' ? { kind: 'wrong-bytes' } : null));
    const wrong = jobFor(hub.url);
    await expect(start(wrong).result).rejects.toMatchObject({ code: 'hash-mismatch' });
    expect(existsSync(wrong.outPath)).toBe(false);
    await unreachable.stop();
  });
});
