/** Windows are told of progress at most four times a second. */
const intervalMs = 250;

/** Passes progress on as often as a person can follow it, and never drops the newest for good. */
export function createProgressTeller<Progress>(tell: (progress: Progress) => void) {
  let waiting: { progress: Progress } | null = null;
  let timer: NodeJS.Timeout | undefined;

  const pass = (progress: Progress): void => {
    tell(progress);
    timer = setTimeout(() => {
      timer = undefined;
      if (waiting === null) return;
      const next = waiting.progress;
      waiting = null;
      pass(next);
    }, intervalMs);
  };

  return {
    tell(progress: Progress): void {
      if (timer === undefined) pass(progress);
      else waiting = { progress };
    },
    /** The job is over: nothing more is told. */
    end(): void {
      clearTimeout(timer);
      timer = undefined;
      waiting = null;
    },
  };
}
