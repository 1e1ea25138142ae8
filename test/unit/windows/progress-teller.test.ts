import { afterEach, expect, it, vi } from 'vitest';
import { createProgressTeller } from '../../../main/ipc/handlers/progress-teller.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('tells of progress at once, then at most four times a second, and the newest always', () => {
  vi.useFakeTimers();
  const told: number[] = [];
  const teller = createProgressTeller<number>((fraction) => told.push(fraction));
  for (const fraction of [0.1, 0.2, 0.3]) teller.tell(fraction);
  expect(told).toEqual([0.1]);
  vi.advanceTimersByTime(250);
  expect(told).toEqual([0.1, 0.3]);
  teller.tell(0.4);
  vi.advanceTimersByTime(249);
  expect(told).toEqual([0.1, 0.3]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual([0.1, 0.3, 0.4]);
});

it('tells nothing after the end', () => {
  vi.useFakeTimers();
  const told: number[] = [];
  const teller = createProgressTeller<number>((fraction) => told.push(fraction));
  teller.tell(0.1);
  teller.tell(0.2);
  teller.end();
  vi.advanceTimersByTime(1000);
  expect(told).toEqual([0.1]);
});
