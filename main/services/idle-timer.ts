/**
 * Calls back after a quiet time, unless somebody holds it.
 *
 * @param limitMs the quiet time, asked for each time it starts; 0 means never
 */
export function createIdleTimer(limitMs: () => number, onIdle: () => void) {
  let timer: NodeJS.Timeout | null = null;
  let holders = 0;

  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };

  const restart = (): void => {
    stop();
    const ms = limitMs();
    if (holders > 0 || ms === 0) return;
    timer = setTimeout(onIdle, ms);
    timer.unref();
  };

  return {
    restart,
    stop,
    isHeld: (): boolean => holders > 0,
    /** No quiet time passes until the function that is returned has been called. */
    hold(): () => void {
      holders += 1;
      stop();
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        holders -= 1;
        restart();
      };
    },
  };
}
