/**
 * Merges the text of many tokens into about thirty pieces a second: fast models would otherwise flood the channel,
 * slow ones lose nothing, because text that comes after a quiet spell goes out at once.
 */
export function createTextBatcher(send: (text: string) => void, intervalMs = 33) {
  let waiting = '';
  let lastSentMs = -Infinity;
  let timer: NodeJS.Timeout | null = null;

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (waiting === '') return;
    const text = waiting;
    waiting = '';
    lastSentMs = performance.now();
    send(text);
  };

  return {
    push(text: string): void {
      if (text === '') return;
      waiting += text;
      const dueInMs = lastSentMs + intervalMs - performance.now();
      if (dueInMs <= 0) flush();
      else timer ??= setTimeout(flush, dueInMs);
    },
    /** Sends what waits, now. */
    flush,
  };
}
