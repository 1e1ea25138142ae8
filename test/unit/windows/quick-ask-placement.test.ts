import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grownBounds, openingBounds } from '../../../main/windows/quick-ask-placement.ts';

const laptop = { x: 0, y: 25, width: 1440, height: 875 };
const onTheRight = { x: 1440, y: -200, width: 2560, height: 1400 };

describe('opening', () => {
  it.each([
    ['in the middle of the upper part of a screen', laptop, 60, 1, { x: 400, y: 156, width: 640, height: 60 }],
    ['on the second screen, where the pointer is', onTheRight, 60, 1, { x: 2400, y: 10, width: 640, height: 60 }],
    ['wider and higher when the page is enlarged', laptop, 60, 1.5, { x: 240, y: 156, width: 960, height: 90 }],
    [
      'no wider than the screen',
      { x: 0, y: 0, width: 800, height: 600 },
      60,
      2,
      { x: 0, y: 90, width: 800, height: 120 },
    ],
    ['no higher than seven tenths of the screen', laptop, 5000, 1, { x: 400, y: 156, width: 640, height: 612 }],
  ])('%s', (_name, workArea, cssHeight, zoom, expected) => {
    expect(openingBounds(workArea, cssHeight, zoom)).toEqual(expected);
  });
});

describe('growing', () => {
  it('keeps the place to which the window was moved', () => {
    const moved = { x: 100, y: 300, width: 640, height: 60 };
    expect(grownBounds(moved, laptop, 250, 1)).toEqual({ x: 100, y: 300, width: 640, height: 250 });
  });

  it('goes up where the window would leave the screen below', () => {
    const low = { x: 100, y: 800, width: 640, height: 60 };
    expect(grownBounds(low, laptop, 400, 1)).toEqual({ x: 100, y: 500, width: 640, height: 400 });
  });

  it('keeps the middle when the page is enlarged', () => {
    const before = openingBounds(laptop, 60, 1);
    expect(grownBounds(before, laptop, 60, 2)).toEqual(openingBounds(laptop, 60, 2));
  });
});

it('a window that opens on a screen and grows there stays on it', () => {
  const screens = fc.record({
    x: fc.integer({ min: -5000, max: 5000 }),
    y: fc.integer({ min: -5000, max: 5000 }),
    width: fc.integer({ min: 320, max: 7680 }),
    height: fc.integer({ min: 240, max: 4320 }),
  });
  const heights = fc.double({ min: 1, max: 10_000, noNaN: true });
  fc.assert(
    fc.property(
      screens,
      fc.constantFrom(0.5, 1, 1.25, 1.5, 2, 3),
      fc.array(heights, { minLength: 1 }),
      (area, zoom, steps) => {
        let bounds = openingBounds(area, steps[0] ?? 1, zoom);
        for (const height of steps) {
          bounds = grownBounds(bounds, area, height, zoom);
          expect(bounds.x).toBeGreaterThanOrEqual(area.x);
          expect(bounds.y).toBeGreaterThanOrEqual(area.y);
          expect(bounds.x + bounds.width).toBeLessThanOrEqual(area.x + area.width);
          expect(bounds.y + bounds.height).toBeLessThanOrEqual(area.y + area.height);
          expect(bounds.height).toBeLessThanOrEqual(area.height * 0.7);
        }
      },
    ),
  );
});
