import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstWindowSize, restoredBounds, smallestWindow, type Bounds } from '../../../main/windows/window-bounds.ts';

it.each([
  ['a large screen', 2560, 1400, { width: 1120, height: 800 }],
  ['a small laptop', 1024, 700, { width: 1024, height: 700 }],
  ['a screen smaller than the smallest window', 400, 300, smallestWindow],
])('a first window on %s', (_name, width, height, expected) => {
  expect(firstWindowSize({ x: 0, y: 0, width, height })).toEqual(expected);
});

it('a first window is never larger than the screen, unless it would be too small to use', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.nat(5000), (width, height) => {
      const size = firstWindowSize({ x: 0, y: 0, width, height });
      expect(size.width).toBeLessThanOrEqual(Math.max(width, smallestWindow.width));
      expect(size.height).toBeLessThanOrEqual(Math.max(height, smallestWindow.height));
    }),
  );
});

describe('a window that comes back', () => {
  const laptop = { x: 0, y: 25, width: 1440, height: 875 };
  /** To the left of the laptop. */
  const desk = { x: -2560, y: 0, width: 2560, height: 1400 };

  it.each([
    ['on the first screen', { x: 100, y: 50, width: 1000, height: 700 }],
    ['on the second', { x: -2000, y: 300, width: 1000, height: 700 }],
  ])('is as it was %s', (_name, saved) => {
    expect(restoredBounds(saved, [laptop, desk])).toEqual(saved);
  });

  it('comes to the middle of the first screen when its own is gone', () => {
    expect(restoredBounds({ x: -2000, y: 300, width: 1000, height: 700 }, [laptop])).toEqual({
      ...{ x: 220, y: 113 },
      ...{ width: 1000, height: 700 },
    });
    expect(restoredBounds({ x: -2000, y: 0, width: 2400, height: 1300 }, [laptop])).toEqual(laptop);
  });

  it('is brought wholly onto the screen that shows most of it', () => {
    expect(restoredBounds({ x: 1200, y: 800, width: 1000, height: 700 }, [laptop, desk])).toMatchObject({
      ...{ x: 440, y: 200 },
    });
    expect(restoredBounds({ x: -300, y: 100, width: 1000, height: 700 }, [laptop, desk])).toMatchObject({
      ...{ x: 0, y: 100 },
    });
  });

  it('is never out of reach, whatever was saved', () => {
    const number = fc.integer({ min: -10_000, max: 10_000 });
    const size = fc.integer({ min: 1, max: 10_000 });
    const bounds: fc.Arbitrary<Bounds> = fc.record({ x: number, y: number, width: size, height: size });
    const area = fc.record({
      ...{ x: number, y: number },
      width: fc.integer({ min: smallestWindow.width, max: 5000 }),
      height: fc.integer({ min: smallestWindow.height, max: 3000 }),
    });
    fc.assert(
      fc.property(bounds, area, fc.array(area, { maxLength: 3 }), (saved, primary, others) => {
        const { x, y, width, height } = restoredBounds(saved, [primary, ...others]);
        const isWithin = (screen: Bounds): boolean =>
          x >= screen.x &&
          y >= screen.y &&
          x + width <= screen.x + screen.width &&
          y + height <= screen.y + screen.height;
        expect([primary, ...others].some(isWithin)).toBe(true);
      }),
    );
  });
});
