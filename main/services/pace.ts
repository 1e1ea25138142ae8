/** Speed is told over this much of the past: long enough to be calm, short enough to notice a change. */
const windowMs = 12_000;
/** Before this much time has passed nothing is told. */
const leastMs = 1_500;

/**
 * How fast a growing number grows.
 *
 * @param now ms since any fixed time
 */
export function createPace(now: () => number) {
  const seen: { atMs: number; value: number }[] = [];
  return {
    /** Takes the number as it is now; returns its growth per second, or null while that cannot be told. */
    perSecond(value: number): number | null {
      const atMs = now();
      // What was there before counts for nothing, and a number that fell back begins anew.
      if (seen.some((earlier) => earlier.value > value)) seen.length = 0;
      seen.push({ atMs, value });
      while (seen.length > 2 && atMs - (seen[0]?.atMs ?? atMs) > windowMs) seen.shift();
      const first = seen[0];
      if (first === undefined || atMs - first.atMs < leastMs || value === first.value) return null;
      return ((value - first.value) * 1000) / (atMs - first.atMs);
    },
  };
}
