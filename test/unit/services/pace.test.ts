import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPace } from '../../../main/services/pace.ts';

describe('a pace', () => {
  function clocked() {
    let nowMs = 0;
    const pace = createPace(() => nowMs);
    return (atMs: number, value: number): number | null => {
      nowMs = atMs;
      return pace.perSecond(value);
    };
  }

  it('is not told before it can be known, and is that of the last seconds only', () => {
    const at = clocked();
    expect(at(0, 0)).toBeNull();
    expect(at(1_000, 5_000)).toBeNull();
    expect(at(2_000, 10_000)).toBe(5_000);
    for (let second = 3; second <= 40; second += 1) at(second * 1000, 10_000 + (second - 2) * 100);
    expect(at(41_000, 13_900)).toBe(100);
  });

  it('counts nothing that was there before it began, and begins anew when the number falls back', () => {
    const at = clocked();
    at(0, 1_000_000);
    expect(at(2_000, 1_000_010)).toBe(5);
    expect(at(3_000, 10)).toBeNull();
    expect(at(5_000, 30)).toBe(10);
  });

  it('is null while nothing moves, and never negative', () => {
    const at = clocked();
    at(0, 7);
    expect(at(5_000, 7)).toBeNull();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1000), fc.nat(100)), { maxLength: 50 }), (steps) => {
        const told = clocked();
        let nowMs = 0;
        for (const [step, value] of steps) {
          nowMs += step;
          expect(told(nowMs, value) ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
