import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startEngine, type Engine } from '../../../main/engine/client.ts';
import type { AppError } from '../../../preload/contract/errors.ts';
import { presets } from '../../../preload/contract/presets.ts';
import { fakeEngine, type FakeEngine } from './fake-engines.ts';

interface Started {
  engine: Engine;
  gone: Promise<AppError | null>;
  isGone: () => boolean;
}

/** Fifteen ticks of this make a hang: a tenth of a second here would be too close to a busy machine's pauses. */
const heartbeatCheckMs = 100;

function start(name: FakeEngine, nodePath = process.execPath): Started {
  const { promise: gone, resolve } = Promise.withResolvers<AppError | null>();
  let isGone = false;
  const engine = startEngine({
    nodePath,
    entryPath: fakeEngine(name),
    heartbeatCheckMs,
    shutDownLimitMs: 500,
    onGone: (error) => {
      isGone = true;
      resolve(error);
    },
  });
  onTestFinished(() => engine.shutDown());
  return { engine, gone, isGone: () => isGone };
}

function load(engine: Engine, onProgress = (_fraction: number): void => undefined) {
  return engine.load(
    {
      modelPath: '/m.gguf',
      modelSha256: null,
      promptFormat: null,
      contextTokens: 2048,
      device: 'cpu',
      ignoreMemory: false,
      cache: null,
    },
    { onProgress, onDevice: () => undefined },
  );
}

function generate(engine: Engine, onText = (_text: string): void => undefined) {
  return engine.generate(
    {
      conversationId: 'c',
      turns: [{ id: 'q', role: 'prompter', text: 'Hello' }],
      answerId: 'a',
      answerSoFar: '',
      parameters: presets.k50,
      seed: 1,
    },
    { onReading: () => undefined, onText },
  );
}

function processExists(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('an engine process', () => {
  it('answers, is cancelled twice without harm, and leaves when asked to', async () => {
    const { engine, gone } = start('polite');
    const fractions: number[] = [];
    expect(await load(engine, (fraction) => fractions.push(fraction))).toEqual({ name: '/m.gguf' });
    expect(fractions).toEqual([0.5]);
    const told = Promise.withResolvers<string>();
    const generation = generate(engine, told.resolve);
    expect(await told.promise).toBe('Hel');
    generation.cancel();
    generation.cancel();
    expect(await generation.end).toEqual({ stopReason: 'stopped', usage: null });
    await engine.shutDown();
    expect(await gone).toBeNull();
    expect(processExists(engine.pid)).toBe(false);
    await engine.shutDown();
  });

  it('hands a refusal on with its code', async () => {
    const { engine, isGone } = start('refusing');
    await expect(load(engine)).rejects.toMatchObject({ name: 'AppError', code: 'model-unreadable', details: { n: 1 } });
    expect(isGone()).toBe(false);
  });

  it('that dies fails what waits and everything later, with the end of its log', async () => {
    const { engine, gone } = start('dying');
    const failure = {
      code: 'engine-crashed',
      details: { exit: '3', log: expect.stringContaining('GGML_ASSERT') as string },
    };
    const both = await Promise.allSettled([load(engine), generate(engine).end]);
    expect(both).toEqual([
      { status: 'rejected', reason: expect.objectContaining(failure) as unknown },
      { status: 'rejected', reason: expect.objectContaining(failure) as unknown },
    ]);
    expect(await gone).toMatchObject(failure);
    await expect(load(engine), 'asked after its end').rejects.toMatchObject(failure);
    const late = generate(engine);
    late.cancel();
    await expect(late.end).rejects.toMatchObject(failure);
    await engine.shutDown();
  });

  it('that aborts is told by its signal', async () => {
    const { engine } = start('aborting');
    await expect(load(engine)).rejects.toMatchObject({ code: 'engine-crashed', details: { exit: 'SIGABRT' } });
  });

  it('that is killed from outside is told by its signal', async () => {
    const { engine, gone } = start('polite');
    await load(engine);
    const generation = generate(engine);
    process.kill(engine.pid ?? 0, 'SIGKILL');
    await expect(generation.end).rejects.toMatchObject({ code: 'engine-crashed', details: { exit: 'SIGKILL' } });
    expect((await gone)?.code).toBe('engine-crashed');
  });

  it('that ends before it says anything is told', async () => {
    const { gone } = start('stillborn');
    expect(await gone).toMatchObject({ code: 'engine-crashed', details: { exit: '9' } });
  });

  it('that cannot be started is told', async () => {
    const { engine, gone } = start('polite', '/nonexistent/node');
    await expect(load(engine)).rejects.toMatchObject({ code: 'engine-failed' });
    expect((await gone)?.code).toBe('engine-failed');
    await engine.shutDown();
  });
});

describe('a hang', () => {
  it.each(['in its JavaScript', 'as a whole'])(
    '%s is found by missing heartbeats, and the process is ended',
    async (kind) => {
      const { engine, gone } = start(kind === 'as a whole' ? 'polite' : 'hanging');
      if (kind === 'as a whole') {
        await load(engine);
        process.kill(engine.pid ?? 0, 'SIGSTOP');
      }
      const generation = generate(engine);
      await expect(generation.end).rejects.toMatchObject({ code: 'engine-stalled' });
      expect((await gone)?.code).toBe('engine-stalled');
      expect(processExists(engine.pid)).toBe(false);
    },
  );

  it('is not seen in a process that lives', async () => {
    const { engine, isGone } = start('polite');
    await load(engine);
    await wait(20 * heartbeatCheckMs);
    expect(isGone()).toBe(false);
  });

  it('does not hold up a shut-down for longer than its limit', async () => {
    const { engine, gone } = start('stubborn');
    await engine.shutDown();
    expect(await gone).toBeNull();
    expect(processExists(engine.pid)).toBe(false);
  });
});

it('events of unknown requests are ignored', async () => {
  const { engine } = start('polite');
  await load(engine);
  const onText = vi.fn();
  const first = generate(engine, onText);
  const second = generate(engine);
  first.cancel();
  await first.end;
  first.cancel();
  second.cancel();
  await second.end;
  expect(onText).toHaveBeenCalledTimes(1);
});
