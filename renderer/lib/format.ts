const wholeNumber = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const monthName = new Intl.DateTimeFormat('en', { month: 'long' });
const monthAndYear = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric' });

/** `2048` as "2,048". */
export function formatCount(count: number): string {
  return wholeNumber.format(count);
}

/** Decimal units, as file managers on all three systems show them: "7.58 GB", "912 KB". */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const amount = bytes / 1000 ** step;
  const digits = step === 0 ? 0 : amount < 10 ? 2 : amount < 100 ? 1 : 0;
  return `${amount.toFixed(digits)} ${units[step] ?? ''}`;
}

/** 0.42 as "42 %". Rounded down, so that 100 % means done. */
export function formatPercent(fraction: number): string {
  return `${String(Math.floor(Math.min(Math.max(fraction, 0), 1) * 100))} %`;
}

/** Tokens a second with one decimal; null when there is nothing to divide. */
export function tokensPerSecond(tokens: number | null, durationMs: number | null): string | null {
  if (tokens === null || durationMs === null || tokens === 0 || durationMs <= 0) return null;
  return (tokens / (durationMs / 1000)).toFixed(1);
}

/** The heading under which a conversation of that time stands in the list. */
export function dayGroup(timeMs: number, nowMs: number): string {
  const now = new Date(nowMs);
  const startOfToday = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  // Calendar days, not 24-hour steps: two days a year are 23 and 25 hours long.
  const startOfDay = (daysAgo: number): number =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo).getTime();
  if (timeMs >= startOfToday) return 'Today';
  if (timeMs >= startOfDay(1)) return 'Yesterday';
  if (timeMs >= startOfDay(7)) return 'Previous 7 days';
  const date = new Date(timeMs);
  return (date.getFullYear() === now.getFullYear() ? monthName : monthAndYear).format(date);
}
