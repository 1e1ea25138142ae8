import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAnswerSaver } from '../../../main/services/answer-saver.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A disk that takes `ms` for each write. */
function slowDisk(ms: number) {
  const written: { text: string; atMs: number }[] = [];
  let busy = 0;
  let most = 0;
  return {
    written,
    mostAtOnce: () => most,
    async save(text: string): Promise<void> {
      busy += 1;
      most = Math.max(most, busy);
      written.push({ text, atMs: performance.now() });
      await new Promise((resolve) => setTimeout(resolve, ms));
      busy -= 1;
    },
  };
}

describe('an answer saver', () => {
  it('saves the first text at once, then the newest one, a few times a second', async () => {
    const disk = slowDisk(1);
    const saver = createAnswerSaver(disk.save);
    saver.update('a');
    await vi.advanceTimersByTimeAsync(0);
    expect(disk.written.map(({ text }) => text)).toEqual(['a']);
    saver.update('ab');
    saver.update('abc');
    await vi.advanceTimersByTimeAsync(50);
    expect(disk.written).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(150);
    expect(disk.written.map(({ text }) => text)).toEqual(['a', 'abc']);
    await vi.advanceTimersByTimeAsync(1000);
    expect(disk.written, 'nothing new, nothing written').toHaveLength(2);
  });

  it('never leaves text unsaved for longer than 250 ms, and never writes twice at a time', async () => {
    const step = fc.record({
      text: fc.string({ minLength: 1, maxLength: 3 }),
      waitMs: fc.integer({ min: 0, max: 120 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 0, max: 90 }),
        async (steps, ms) => {
          const disk = slowDisk(ms);
          const saver = createAnswerSaver(disk.save);
          let text = '';
          const told: { length: number; atMs: number }[] = [];
          for (const { text: piece, waitMs } of steps) {
            text += piece;
            saver.update(text);
            told.push({ length: text.length, atMs: performance.now() });
            await vi.advanceTimersByTimeAsync(waitMs);
          }
          await vi.advanceTimersByTimeAsync(300);
          for (const { length, atMs } of told) {
            const saved = disk.written.find((write) => write.text.length >= length);
            expect((saved?.atMs ?? Infinity) - atMs).toBeLessThanOrEqual(250);
          }
          expect(disk.mostAtOnce()).toBe(1);
          const ending = saver.end();
          await vi.advanceTimersByTimeAsync(100);
          await ending;
        },
      ),
    );
  });

  it('goes on after a write that failed', async () => {
    const written: string[] = [];
    const saver = createAnswerSaver((text) => {
      written.push(text);
      return written.length === 1 ? Promise.reject(new Error('disk full')) : Promise.resolve();
    });
    saver.update('a');
    await vi.advanceTimersByTimeAsync(0);
    saver.update('ab');
    await vi.advanceTimersByTimeAsync(200);
    expect(written).toEqual(['a', 'ab']);
    await saver.end();
  });

  it('writes nothing more once it has ended, and ends after a write under way', async () => {
    const disk = slowDisk(80);
    const saver = createAnswerSaver(disk.save);
    saver.update('a');
    await vi.advanceTimersByTimeAsync(0);
    saver.update('ab');
    let ended = false;
    const ending = saver.end().then(() => (ended = true));
    await vi.advanceTimersByTimeAsync(79);
    expect(ended).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await ending;
    await vi.advanceTimersByTimeAsync(1000);
    expect(disk.written.map(({ text }) => text)).toEqual(['a']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
