/** Saves at most this often, so an answer never loses more than this and the time of one write. */
const saveIntervalMs = 100;

/**
 * Writes a growing text to disk in the background: at once after a quiet spell, otherwise every 100 ms, and never two
 * writes at a time. A failed write is kept for the end, which tells the owner; the text itself is still in memory.
 */
export function createAnswerSaver(save: (text: string) => Promise<void>) {
  let latest: string | null = null;
  let writing: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let lastStartMs = -Infinity;

  const write = (): void => {
    timer = null;
    if (latest === null || writing !== null) return;
    const text = latest;
    latest = null;
    lastStartMs = performance.now();
    writing = save(text)
      .catch(() => undefined)
      .finally(() => {
        writing = null;
        plan();
      });
  };

  const plan = (): void => {
    if (latest === null || writing !== null || timer !== null) return;
    timer = setTimeout(write, Math.max(0, lastStartMs + saveIntervalMs - performance.now()));
  };

  return {
    update(text: string): void {
      latest = text;
      plan();
    },
    /** Ends the saving; the last text is written by whoever finishes the answer. */
    async end(): Promise<void> {
      latest = null;
      if (timer !== null) clearTimeout(timer);
      timer = null;
      await writing;
    },
  };
}
