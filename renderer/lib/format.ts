const wholeNumber = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const monthName = new Intl.DateTimeFormat('en', { month: 'long' });
const wholeDate = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' });
const monthAndYear = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric' });

/** `2048` as "2,048". */
export function formatCount(count: number): string {
  return wholeNumber.format(count);
}

/** Decimal units, as file managers on all three systems show them: "7.58 GB", "912 KB". */
export function formatBytes(bytes: number): string {
  const { unit, divisor, digits } = scaleOf(bytes);
  return `${(bytes / divisor).toFixed(digits)} ${unit}`;
}

/** A part of a whole, both in the unit of the whole: "3.10 of 7.58 GB", "9.2 of 24 GB". */
export function formatBytesOf(bytes: number, wholeBytes: number): string {
  const { unit, divisor, digits } = scaleOf(wholeBytes);
  return `${(bytes / divisor).toFixed(digits)} of ${(wholeBytes / divisor).toFixed(digits).replace(/\.0+$/, '')} ${unit}`;
}

function scaleOf(bytes: number): { unit: string; divisor: number; digits: number } {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const step = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const divisor = 1000 ** step;
  const amount = bytes / divisor;
  return { unit: units[step] ?? '', divisor, digits: step === 0 ? 0 : amount < 10 ? 2 : amount < 100 ? 1 : 0 };
}

/** A length of time in the one or two units that matter: "less than a minute", "12 minutes", "1 hour 20 minutes". */
export function formatDuration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return 'less than a minute';
  const hours = Math.floor(minutes / 60);
  const words = (count: number, unit: string): string => `${formatCount(count)} ${unit}${count === 1 ? '' : 's'}`;
  if (hours === 0) return words(minutes, 'minute');
  // After half a day the minutes are noise.
  return minutes % 60 === 0 || hours >= 12
    ? words(hours, 'hour')
    : `${words(hours, 'hour')} ${words(minutes % 60, 'minute')}`;
}

/** "today", "yesterday" or "on 3 March 2026". */
export function formatDay(timeMs: number, nowMs: number): string {
  const group = dayGroup(timeMs, nowMs);
  return group === 'Today' || group === 'Yesterday' ? group.toLowerCase() : `on ${wholeDate.format(timeMs)}`;
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
