/** Windows are told of progress at most four times a second. */
const intervalMs = 250;

/** Passes progress on as often as a person can follow it, and never drops the newest for good. */
export function createProgressTeller(tell: (fraction: number) => void) {
  let waiting: number | null = null;
  let timer: NodeJS.Timeout | undefined;

  const pass = (fraction: number): void => {
    tell(fraction);
    timer = setTimeout(() => {
      timer = undefined;
      if (waiting === null) return;
      const next = waiting;
      waiting = null;
      pass(next);
    }, intervalMs);
  };

  return {
    tell(fraction: number): void {
      if (timer === undefined) pass(fraction);
      else waiting = fraction;
    },
    /** The job is over: nothing more is told. */
    end(): void {
      clearTimeout(timer);
      timer = undefined;
      waiting = null;
    },
  };
}
