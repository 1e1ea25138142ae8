import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { newId } from '../support/database.ts';
import { writeSyntheticGguf } from '../support/synthetic-gguf.ts';
import { answer, ask, greedy, loadModel, processExists, startRealEngine, type RealEngine } from './real-engine.ts';
import { presets } from '../../preload/contract/presets.ts';

let modelPath: string;
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'oasst-synthetic-'));
  modelPath = join(folder, 'streams.gguf');
  writeSyntheticGguf({ path: modelPath, layers: 4, width: 256, heads: 4, vocabularySize: 4096 });
  return () => rmSync(folder, { recursive: true, force: true });
});

const turns = [{ id: 'q', role: 'prompter' as const, text: 'Write without end.' }];
const question = () => ({ conversationId: newId(), turns, answerId: newId(), parameters: presets.k50 });

async function start(options: { heartbeatCheckMs?: number } = {}): Promise<RealEngine> {
  const engine = startRealEngine(options);
  await loadModel(engine, modelPath);
  return engine;
}

describe('a stop', () => {
  it('ends a streaming answer within milliseconds, with all that was told, and the next one works', async () => {
    const engine = await start();
    const times: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const asked = ask(engine, question());
      await asked.pieces(2 + (round % 3));
      const startedMs = performance.now();
      asked.cancel();
      const { stopReason, usage } = await asked.end;
      times.push(performance.now() - startedMs);
      expect(stopReason).toBe('stopped');
      expect(usage?.replyTokens).toBeGreaterThan(0);
      const text = asked.text();
      asked.cancel();
      await wait(10);
      expect(asked.text(), 'nothing comes after the end').toBe(text);
    }
    const average = times.reduce((sum, ms) => sum + ms, 0) / times.length;
    process.stdout.write(
      `stop of a real engine: average ${average.toFixed(1)} ms, longest ${Math.max(...times).toFixed(1)} ms\n`,
    );
    expect(average).toBeLessThan(1000);
    expect((await answer(engine, { ...question(), parameters: { ...presets.k50, maxNewTokens: 5 } })).replyTokens).toBe(
      5,
    );
  });

  it('before its turn has come ends an answer unread', async () => {
    const engine = await start();
    const first = ask(engine, question());
    const second = ask(engine, question());
    second.cancel();
    await first.pieces(1);
    first.cancel();
    await first.end;
    expect(await second.end).toEqual({ stopReason: 'stopped', usage: null });
    expect(second.text()).toBe('');
  });

  it('while a long prompt is read ends it between two pieces', async () => {
    const engine = await start();
    const long = [{ id: 'q', role: 'prompter' as const, text: 'ab '.repeat(700) }];
    const asked = ask(engine, { ...question(), turns: long });
    await asked.reading;
    asked.cancel();
    expect(await asked.end).toMatchObject({ stopReason: 'stopped', usage: { replyTokens: 0 } });
    expect((await answer(engine, { ...question(), parameters: { ...presets.k50, maxNewTokens: 3 } })).replyTokens).toBe(
      3,
    );
  });

  it('leaves a conversation that goes on from exactly what was told', async () => {
    const engine = await start();
    const asked = question();
    const first = ask(engine, asked);
    await first.pieces(3);
    first.cancel();
    const { usage } = await first.end;
    const next = await answer(engine, {
      ...asked,
      turns: [
        ...turns,
        { id: asked.answerId, role: 'assistant', text: first.text() },
        { id: 'q2', role: 'prompter', text: 'More.' },
      ],
      answerId: newId(),
      parameters: { ...presets.k50, maxNewTokens: 2 },
    });
    // A character cut in half at the end is dropped with its tokens.
    expect(next.reusedTokens).toBeGreaterThan((usage?.promptTokens ?? 0) + (usage?.replyTokens ?? 0) - 10);
  });
});

describe('an answer', () => {
  it('ends at its limit', async () => {
    const engine = await start();
    const parameters = { ...presets.k50, maxNewTokens: 50 };
    expect(await answer(engine, { ...question(), parameters })).toMatchObject({
      replyTokens: 50,
      stopReason: 'length',
    });
  });

  it('ends where the window ends', async () => {
    const engine = await start();
    const parameters = { ...presets.k50, maxNewTokens: 100_000 };
    const whole = await answer(engine, { ...question(), parameters });
    expect(whole.stopReason).toBe('length');
    expect(whole.promptTokens + whole.replyTokens).toBe(2047);
  });

  it('is the same for the same seed and different for another, in any process', async () => {
    const parameters = { ...presets.k50, maxNewTokens: 60 };
    const first = await answer(await start(), { ...question(), parameters, seed: 11 });
    const engine = await start();
    expect((await answer(engine, { ...question(), parameters, seed: 11 })).text).toBe(first.text);
    expect((await answer(engine, { ...question(), parameters, seed: 12 })).text).not.toBe(first.text);
  });

  it.each(['nucleus9', 'typical2', 'typical3', 'k50-Precise', 'k50-Creative', 'k50-Original'] as const)(
    'of %s comes',
    async (id) => {
      const parameters = { ...presets[id], maxNewTokens: 8 };
      expect((await answer(await start(), { ...question(), parameters })).replyTokens).toBe(8);
    },
  );

  it('of temperature 0 is the most probable one', async () => {
    const engine = await start();
    const first = await answer(engine, { ...question(), parameters: { ...greedy, maxNewTokens: 30 }, seed: 1 });
    const second = await answer(engine, { ...question(), parameters: { ...greedy, maxNewTokens: 30 }, seed: 2 });
    expect(second.text).toBe(first.text);
  });
});

describe('an engine process', () => {
  it.each(['SIGKILL', 'SIGABRT', 'SIGSEGV'] as const)(
    'that gets %s in the middle of an answer is gone, and is told',
    async (signal) => {
      const engine = await start();
      const asked = ask(engine, question());
      await asked.pieces(3);
      process.kill(engine.pid ?? 0, signal);
      await expect(asked.end).rejects.toMatchObject({
        name: 'AppError',
        code: 'engine-crashed',
        details: { exit: signal },
      });
      expect((await engine.gone)?.code).toBe('engine-crashed');
      expect(processExists(engine.pid)).toBe(false);
      expect(asked.text()).not.toBe('');
    },
  );

  it('that is halted in the middle of an answer is ended and told', async () => {
    const engine = await start({ heartbeatCheckMs: 200 });
    const asked = ask(engine, question());
    await asked.pieces(3);
    process.kill(engine.pid ?? 0, 'SIGSTOP');
    await expect(asked.end).rejects.toMatchObject({ name: 'AppError', code: 'engine-stalled' });
    expect((await engine.gone)?.code).toBe('engine-stalled');
    expect(processExists(engine.pid)).toBe(false);
  });

  it('that is shut down in the middle of an answer tells what it had, and leaves', async () => {
    const engine = await start();
    const asked = ask(engine, question());
    await asked.pieces(3);
    await engine.shutDown();
    expect(await asked.end).toMatchObject({ stopReason: 'stopped' });
    expect(await engine.gone).toBeNull();
    expect(processExists(engine.pid)).toBe(false);
  });
});
