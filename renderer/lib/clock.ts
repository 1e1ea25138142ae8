/** Milliseconds until the next local midnight, when "Today" becomes "Yesterday". */
export function untilMidnightMs(nowMs: number): number {
  const now = new Date(nowMs);
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime() - nowMs;
}
