/**
 * Keeps the number of threads at what the machine has free at the moment. llama.cpp's threads wait for each other at
 * every layer by spinning, so one thread whose core is taken by another process holds up all others: decoding falls to a
 * tenth or less. Two signs are watched, one ahead and one behind: how many cores other processes use, and how long tokens
 * take against how long they took before.
 */

/** Cumulative processor time, in milliseconds, since some fixed moment. */
export interface CpuReading {
  atMs: number;
  /** Time that all cores together were not idle. */
  busyMs: number;
  /** Time that this process used. */
  ownMs: number;
}

export interface ThreadGovernorOptions {
  /** Most threads worth using when the machine is calm. */
  most: number;
  cores: number;
  readCpu: () => CpuReading;
  apply: (threads: number) => void;
}

/** Length of one look at the load; shorter ones drown in the 10 ms steps of the kernel's own counting. */
const lookMs = 200;
/** A core counts as taken when others use this much of it. */
const takenShare = 0.55;
/** A step counts as stalled when it takes this many times the usual, at once or twice in a row. */
const stalledAtOnce = 4;
const stalledTwice = 2;
/** After a stall the count stays down for this long, doubled each time that going up again fails. */
const firstHoldMs = 1_000;
const longestHoldMs = 16_000;
/** Steps without a stall after which the next stall counts as a first one. */
const calmSteps = 32;

/** Watches work that comes in equal steps, such as the tokens of a reply. */
export function createThreadGovernor({ most, cores, readCpu, apply }: ThreadGovernorOptions) {
  let threads = most;
  let last: CpuReading | null = null;
  let free = cores;
  /** Usual milliseconds of a step by thread count, learned from the quickest ones. */
  const usualMs = new Map<number, number>();
  let slowInARow = 0;
  let stepsSinceStall = 0;
  let holdMs = firstHoldMs;
  let heldUntilMs = -Infinity;

  const set = (wanted: number): void => {
    const next = Math.max(1, Math.min(most, wanted));
    if (next === threads) return;
    threads = next;
    slowInARow = 0;
    apply(threads);
  };

  const look = (): void => {
    const now = readCpu();
    if (last === null) {
      last = now;
      return;
    }
    const elapsedMs = now.atMs - last.atMs;
    if (elapsedMs < lookMs) return;
    const othersBusy = Math.max(0, (now.busyMs - last.busyMs - (now.ownMs - last.ownMs)) / elapsedMs);
    free = cores - Math.floor(othersBusy + (1 - takenShare));
    last = now;
  };

  const judge = (stepMs: number): boolean => {
    const usual = usualMs.get(threads);
    usualMs.set(threads, usual === undefined ? stepMs : Math.min(stepMs, usual * 0.99 + stepMs * 0.01));
    if (usual === undefined || stepMs < usual * stalledTwice) {
      slowInARow = 0;
      return false;
    }
    slowInARow += 1;
    return slowInARow >= 2 || stepMs > usual * stalledAtOnce;
  };

  return {
    get threads(): number {
      return threads;
    },
    /** Looks at the machine before work begins, or after a pause: what was seen before it says nothing any more. */
    begin(): void {
      last = null;
      look();
    },
    /**
     * Takes note of one finished step and sets the threads of the next.
     *
     * @param stepMs how long it took, for work of always the same size
     */
    step(stepMs: number): void {
      look();
      const nowMs = last?.atMs ?? 0;
      if (judge(stepMs) && threads > 1) {
        holdMs = stepsSinceStall < calmSteps ? Math.min(longestHoldMs, holdMs * 2) : firstHoldMs;
        stepsSinceStall = 0;
        heldUntilMs = nowMs + holdMs;
        set(threads - 1);
        return;
      }
      stepsSinceStall += 1;
      if (free < threads) set(free);
      else if (free > threads && nowMs >= heldUntilMs) set(threads + 1);
    },
  };
}

export type ThreadGovernor = ReturnType<typeof createThreadGovernor>;
