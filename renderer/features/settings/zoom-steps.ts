/** The steps of browsers, so that a step is never too small to see. */
const steps = [0.5, 0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3];

/** A difference that is no step: factors come back from the window system rounded. */
const tolerance = 0.005;

/** The next size up (1) or down (-1) from any factor; null at the end. */
export function nextZoom(zoom: number, direction: 1 | -1): number | null {
  const next =
    direction === 1 ? steps.find((step) => step > zoom + tolerance) : steps.findLast((step) => step < zoom - tolerance);
  return next ?? null;
}
