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
/** A core counts as taken when others use this much of it: a process that shares its core with a thread gets half of it. */
const takenShare = 0.45;
/** Others that use less than this of a core are not worth a trial. */
const noticedShare = 0.05;
/** A step is slow when it takes this many times the usual, or this many times what fewer threads need. */
const slowAgainstUsual = 2;
const slowAgainstFewer = 1.2;
/** One slow step may be chance; one that takes this many times the usual is a stall, and so are two in a row. */
const stalledAtOnce = 4;
/** Share of a slow step in what is usual from then on: a machine that has become slower for good is no stall. */
const learnedShare = 0.5;
/** After a stall the count stays down for this long, doubled each time that going up again fails. */
const firstHoldMs = 1_000;
const longestHoldMs = 16_000;
/** Going up has failed when a stall follows within this many steps. */
const calmSteps = 32;

/** Watches work that comes in equal steps, such as the tokens of a reply. */
export function createThreadGovernor({ most, cores, readCpu, apply }: ThreadGovernorOptions) {
  let threads = most;
  let last: CpuReading | null = null;
  /** Cores that other processes used at the last look. */
  let others = 0;
  /** Usual milliseconds of a step by thread count, learned from the quickest ones. */
  const usualMs = new Map<number, number>();
  let slowInARow = 0;
  let stepsSinceRise = Infinity;
  let holdMs = firstHoldMs;
  let heldUntilMs = -Infinity;

  const set = (wanted: number): void => {
    const next = Math.max(1, Math.min(most, wanted));
    if (next === threads) return;
    if (next > threads) stepsSinceRise = 0;
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
    others = Math.max(0, (now.busyMs - last.busyMs - (now.ownMs - last.ownMs)) / elapsedMs);
    last = now;
  };

  const hasStalled = (stepMs: number): boolean => {
    const usual = usualMs.get(threads) ?? stepMs;
    usualMs.set(threads, Math.min(stepMs, usual * (1 - learnedShare) + stepMs * learnedShare));
    const fewerMs = Math.min(...[...usualMs].map(([count, ms]) => (count < threads ? ms : Infinity)));
    if (stepMs < usual * slowAgainstUsual && stepMs < fewerMs * slowAgainstFewer) {
      slowInARow = 0;
      return false;
    }
    slowInARow += 1;
    return slowInARow >= 2 || stepsSinceRise === 1 || stepMs > Math.min(usual, fewerMs) * stalledAtOnce;
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
     * @param stepMs how long it took, for work of always the same size; 0 when sizes differ, so that only the load counts
     */
    step(stepMs: number): void {
      look();
      stepsSinceRise += 1;
      const nowMs = last?.atMs ?? 0;
      const free = cores - Math.floor(others + (1 - takenShare));
      if (stepMs > 0 && hasStalled(stepMs) && threads > 1) {
        holdMs = stepsSinceRise <= calmSteps ? Math.min(longestHoldMs, holdMs * 2) : firstHoldMs;
        heldUntilMs = nowMs + holdMs;
        set(Math.min(threads - 1, free));
      } else if (free < threads) {
        set(free);
      } else if (free > threads && threads < most) {
        if (nowMs >= heldUntilMs) set(threads + 1);
      } else if (stepMs > 0 && threads + others > cores + noticedShare && !usualMs.has(threads - 1)) {
        // Too little load to count as a core may still stall every step, and without a calm one nobody would know.
        set(threads - 1);
      }
    },
  };
}

export type ThreadGovernor = ReturnType<typeof createThreadGovernor>;
