import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTextBatcher } from '../../../main/engine/process/text-batcher.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a text batcher', () => {
  it('sends the first text at once and what follows in one piece per interval', () => {
    const sent: string[] = [];
    const batcher = createTextBatcher((text) => sent.push(text), 33);
    batcher.push('a');
    expect(sent).toEqual(['a']);
    batcher.push('b');
    batcher.push('c');
    vi.advanceTimersByTime(32);
    expect(sent).toEqual(['a']);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual(['a', 'bc']);
  });

  it('sends at once after a quiet spell', () => {
    const sent: string[] = [];
    const batcher = createTextBatcher((text) => sent.push(text), 33);
    batcher.push('a');
    vi.advanceTimersByTime(200);
    batcher.push('b');
    expect(sent).toEqual(['a', 'b']);
  });

  it('sends what waits when flushed, once, and nothing when nothing waits', () => {
    const sent: string[] = [];
    const batcher = createTextBatcher((text) => sent.push(text), 33);
    batcher.flush();
    batcher.push('');
    batcher.push('a');
    batcher.push('b');
    batcher.flush();
    batcher.flush();
    vi.advanceTimersByTime(500);
    expect(sent).toEqual(['a', 'b']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('loses, doubles and reorders nothing, at about thirty pieces a second', () => {
    const step = fc.record({ text: fc.string({ maxLength: 4 }), waitMs: fc.integer({ min: 0, max: 50 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const sent: { text: string; atMs: number }[] = [];
        const batcher = createTextBatcher((text) => sent.push({ text, atMs: performance.now() }), 33);
        for (const { text, waitMs } of steps) {
          batcher.push(text);
          vi.advanceTimersByTime(waitMs);
        }
        vi.advanceTimersByTime(40);
        expect(sent.map(({ text }) => text).join('')).toBe(steps.map(({ text }) => text).join(''));
        sent.slice(1).forEach(({ atMs }, index) => {
          expect(atMs - (sent[index]?.atMs ?? 0)).toBeGreaterThanOrEqual(32);
        });
      }),
    );
  });
});
