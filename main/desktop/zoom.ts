/** The steps of the View menu, as browsers have them. */
const steps = [0.5, 0.67, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3] as const;
const [smallest] = steps;
const largest = 3;

/** The next step of the zoom from where it is, which may be between two. */
export function steppedZoom(zoom: number, direction: 'in' | 'out'): number {
  if (direction === 'in') return steps.find((step) => step > zoom) ?? largest;
  return steps.findLast((step) => step < zoom) ?? smallest;
}
