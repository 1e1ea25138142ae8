import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIdleTimer } from '../../../main/services/idle-timer.ts';

const limitMs = 30_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(limit: () => number = () => limitMs) {
  const onIdle = vi.fn();
  return { onIdle, timer: createIdleTimer(limit, onIdle) };
}

describe('a quiet time', () => {
  it('does not begin by itself', () => {
    const { onIdle } = start();
    vi.advanceTimersByTime(10 * limitMs);
    expect(onIdle).not.toHaveBeenCalled();
  });

  it('is told once, when it is over', () => {
    const { onIdle, timer } = start();
    timer.restart();
    vi.advanceTimersByTime(limitMs - 1);
    expect(onIdle).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onIdle).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10 * limitMs);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  it('begins again with every restart', () => {
    const { onIdle, timer } = start();
    for (let turn = 0; turn < 5; turn += 1) {
      timer.restart();
      vi.advanceTimersByTime(limitMs - 1);
    }
    expect(onIdle).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  it('that is stopped does not end', () => {
    const { onIdle, timer } = start();
    timer.restart();
    timer.stop();
    timer.stop();
    vi.advanceTimersByTime(10 * limitMs);
    expect(onIdle).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('of zero never ends, and a limit that changes counts from the next start', () => {
    let limit = 0;
    const { onIdle, timer } = start(() => limit);
    timer.restart();
    vi.advanceTimersByTime(10 * limitMs);
    expect(onIdle).not.toHaveBeenCalled();
    limit = 1000;
    timer.restart();
    limit = 0;
    timer.restart();
    vi.advanceTimersByTime(10 * limitMs);
    expect(onIdle).not.toHaveBeenCalled();
    limit = 1000;
    timer.restart();
    vi.advanceTimersByTime(1000);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  it('of a whole day is not cut short', () => {
    const day = 24 * 60 * 60_000;
    const { onIdle, timer } = start(() => day);
    timer.restart();
    vi.advanceTimersByTime(day - 1);
    expect(onIdle).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });
});

describe('while somebody holds it', () => {
  it('nothing is told, not even after a restart, and the quiet time begins when they let go', () => {
    const { onIdle, timer } = start();
    timer.restart();
    const letGo = timer.hold();
    expect(timer.isHeld()).toBe(true);
    timer.restart();
    vi.advanceTimersByTime(10 * limitMs);
    expect(onIdle).not.toHaveBeenCalled();
    letGo();
    expect(timer.isHeld()).toBe(false);
    vi.advanceTimersByTime(limitMs - 1);
    expect(onIdle).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  it('the last of several counts, and letting go twice is letting go once', () => {
    const { onIdle, timer } = start();
    const [one, two] = [timer.hold(), timer.hold()];
    one();
    one();
    expect(timer.isHeld()).toBe(true);
    vi.advanceTimersByTime(10 * limitMs);
    expect(onIdle).not.toHaveBeenCalled();
    two();
    vi.advanceTimersByTime(limitMs / 2);
    // Late, and again: this must not begin the quiet time anew.
    one();
    two();
    vi.advanceTimersByTime(limitMs / 2);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });
});
