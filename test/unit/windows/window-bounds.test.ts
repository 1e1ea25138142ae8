import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstWindowSize, smallestWindow } from '../../../main/windows/window-bounds.ts';

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
