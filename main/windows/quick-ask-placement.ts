import type { Bounds } from './window-bounds.ts';

/** Width of the quick window in CSS pixels; its height is that of its content. */
const cssWidth = 640;
/** Of the screen's free area: where the window begins, and how much of it the window may take. */
const topShare = 0.15;
const largestShare = 0.7;

interface Size {
  width: number;
  height: number;
}

/** @param zoom how many screen pixels a CSS pixel of the page takes */
function sizeOn(workArea: Bounds, cssHeight: number, zoom: number): Size {
  return {
    width: Math.min(Math.round(cssWidth * zoom), workArea.width),
    // Rounded up: half a pixel less would give the page a scroll bar.
    height: Math.min(Math.ceil(cssHeight * zoom), Math.floor(workArea.height * largestShare)),
  };
}

/** Where a quick window of that height opens: in the middle of a screen's upper part. */
export function openingBounds(workArea: Bounds, cssHeight: number, zoom: number): Bounds {
  const { width, height } = sizeOn(workArea, cssHeight, zoom);
  return {
    x: workArea.x + Math.round((workArea.width - width) / 2),
    y: workArea.y + Math.round(workArea.height * topShare),
    width,
    height,
  };
}

/**
 * The bounds of an open window whose content has another height now. It keeps its middle and its top edge, which may
 * have been moved, and goes up only where it would grow out of the screen.
 */
export function grownBounds(current: Bounds, workArea: Bounds, cssHeight: number, zoom: number): Bounds {
  const { width, height } = sizeOn(workArea, cssHeight, zoom);
  const lowestTop = workArea.y + workArea.height - height;
  return {
    x: current.x + Math.round((current.width - width) / 2),
    y: Math.max(workArea.y, Math.min(current.y, lowestTop)),
    width,
    height,
  };
}
