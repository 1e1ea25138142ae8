import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createThreadGovernor, type ThreadGovernor } from '../../../main/engine/process/thread-governor.ts';

/** Cores that other processes want, by time. */
type Load = (atMs: number) => number;

interface MachineOptions {
  cores: number;
  load: Load;
  /** How many times slower a step is when one thread has to share its core (10 to 20 was measured). */
  collapse?: number;
  /** What another process gets of a core that it shares with a spinning thread. */
  sharedPart?: number;
  /** Multiplies the work of one step: 1 is the usual. */
  work?: (step: number) => number;
}

const sliceMs = 10;
const oneThreadMs = 280;

/** Time of a step on a calm machine: a second thread nearly halves it, more help less (3.6 and 6.5 tokens a second). */
function calmMs(threads: number): number {
  return oneThreadMs / threads ** 0.87;
}

/** A machine whose clock runs only while it works; load and clock are counted in slices, as a kernel counts them. */
function machine({ cores, load, collapse = 15, sharedPart = 0.6, work = () => 1 }: MachineOptions) {
  let nowMs = 0;
  let busyMs = 0;
  let ownMs = 0;
  let steps = 0;

  const run = (threads: number, forMs: number): void => {
    const wanted = load(nowMs);
    const contested = Math.min(wanted, Math.max(0, threads + wanted - cores));
    const others = wanted - contested * (1 - sharedPart);
    const own = Math.min(threads, cores - others);
    nowMs += forMs;
    ownMs += own * forMs;
    busyMs += (own + others) * forMs;
  };

  return {
    now: () => nowMs,
    readCpu: () => ({ atMs: nowMs, busyMs: Math.floor(busyMs / sliceMs) * sliceMs, ownMs }),
    wait: (ms: number): void => {
      for (const end = nowMs + ms; nowMs < end;) run(0, sliceMs);
    },
    /** One token; returns the time it took. */
    step(threads: number): number {
      const startedMs = nowMs;
      let left = calmMs(threads) * work(steps++);
      while (left > 0) {
        const excess = Math.min(1, Math.max(0, threads + load(nowMs) - cores));
        const slowdown = 1 + excess * (collapse - 1);
        const forMs = Math.min(sliceMs, left * slowdown);
        run(threads, forMs);
        left -= forMs / slowdown;
      }
      return nowMs - startedMs;
    },
  };
}

interface Run {
  /** Threads of each step. */
  threads: number[];
  stepMs: number[];
  /** Steps that fewer threads would have spared: three times as long as on a calm machine, or longer. */
  slow: number;
  totalMs: number;
}

function decode(options: MachineOptions & { most?: number }, tokens: number): Run {
  const { cores, most = cores } = options;
  const simulated = machine(options);
  let threads = most;
  const applied: number[] = [];
  const governor = createThreadGovernor({
    most,
    cores,
    readCpu: simulated.readCpu,
    apply: (count) => {
      threads = count;
      applied.push(count);
    },
  });
  governor.begin();
  const used: number[] = [];
  const stepMs: number[] = [];
  for (let token = 0; token < tokens; token += 1) {
    expect(governor.threads, 'what was applied is what is told').toBe(threads);
    used.push(threads);
    const ms = simulated.step(threads);
    stepMs.push(ms);
    governor.step(ms);
  }
  expect(Math.min(most, ...applied)).toBeGreaterThanOrEqual(1);
  expect(Math.max(1, ...applied)).toBeLessThanOrEqual(most);
  return {
    threads: used,
    stepMs,
    slow: stepMs.filter((ms, index) => used[index] !== 1 && ms >= 3 * calmMs(used[index] ?? 1)).length,
    totalMs: simulated.now(),
  };
}

/** The least time that any fixed count of threads needs. */
function bestFixedMs(options: MachineOptions & { most?: number }, tokens: number): number {
  const counts = Array.from({ length: options.most ?? options.cores }, (_value, index) => index + 1);
  return Math.min(
    ...counts.map((threads) => {
      const simulated = machine(options);
      for (let token = 0; token < tokens; token += 1) simulated.step(threads);
      return simulated.now();
    }),
  );
}

/** Share of the best possible speed that the governor reaches. */
function quality(options: MachineOptions & { most?: number }, tokens: number): number {
  return bestFixedMs(options, tokens) / decode(options, tokens).totalMs;
}

const constant =
  (cores: number): Load =>
  () =>
    cores;

/** `before` cores until the moment, `after` from then on. */
const changing =
  (before: number, after: number, atMs: number): Load =>
  (nowMs) =>
    nowMs < atMs ? before : after;

/** Deterministic noise: the work of a step, 1 ± `spread`. */
const noise =
  (spread: number) =>
  (step: number): number =>
    1 + spread * Math.sin(step * 12.9898);

describe('when another process takes a core', () => {
  it.each([
    [2, 10],
    [2, 20],
    [4, 15],
    [8, 15],
    [16, 15],
  ])('of %i (%i times slower), the threads step down within three tokens', (cores, collapse) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3000 }),
        fc.double({ min: 0.5, max: 1, noNaN: true }),
        (atMs, sharedPart) => {
          const run = decode({ cores, collapse, sharedPart, load: changing(0, 1, atMs) }, 300);
          const first = run.stepMs.findIndex((ms) => ms > 1.5 * calmMs(cores));
          expect(run.threads.slice(first + 3).every((count) => count === cores - 1)).toBe(true);
        },
      ),
    );
  });

  it('that is taken already when work begins, the threads find it too', () => {
    for (const sharedPart of [0.5, 0.6, 0.7, 1]) {
      for (const cores of [2, 4, 8]) {
        const run = decode({ cores, sharedPart, load: constant(1) }, 100);
        expect(run.threads.slice(3).every((count) => count === cores - 1)).toBe(true);
      }
    }
  });

  it.each([
    [8, 3],
    [8, 7],
    [16, 4],
    [16, 12],
  ])('several of %i, only the %i that are used are left to it', (cores, taken) => {
    const run = decode({ cores, load: changing(0, taken, 2000) }, 200);
    const slow = run.stepMs.findIndex((ms) => ms > 1.5 * calmMs(cores));
    expect(run.threads.slice(slow + 6).every((count) => count === cores - taken)).toBe(true);
  });

  it('of many more than are worth using, nothing changes', () => {
    const run = decode({ cores: 16, most: 8, load: changing(0, 7, 500) }, 200);
    expect(new Set(run.threads)).toEqual(new Set([8]));
  });

  it('and all of them, one thread goes on', () => {
    for (const cores of [2, 8]) {
      const run = decode({ cores, load: constant(cores + 2) }, 100);
      expect(run.threads.slice(5).every((count) => count === 1)).toBe(true);
    }
  });
});

describe('when it is calm again', () => {
  it.each([2, 4, 8, 16])('all %i cores are used again within seconds', (cores) => {
    const calmAtMs = 30_000;
    const run = decode({ cores, load: changing(1, 0, calmAtMs) }, 1500);
    let nowMs = 0;
    const starts = run.stepMs.map((ms) => (nowMs += ms) - ms);
    const last = run.threads.findLastIndex((count) => count < cores);
    expect((starts[last] ?? 0) - calmAtMs).toBeLessThan(3000);
  });

  it('after a long time with bursts too short to be seen, it takes no longer than the longest hold', () => {
    const calmAtMs = 120_000;
    const bursts: Load = (nowMs) => (nowMs < calmAtMs && nowMs % 1000 < 300 ? 1 : 0);
    const run = decode({ cores: 2, load: bursts }, 1500);
    let nowMs = 0;
    const starts = run.stepMs.map((ms) => (nowMs += ms) - ms);
    const last = run.threads.findLastIndex((count) => count < 2);
    expect((starts[last] ?? 0) - calmAtMs).toBeLessThan(20_000);
  });
});

describe('under a constant load', () => {
  it('of whole cores only the first steps are slow', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(2, 3, 4, 8, 16),
        fc.nat({ max: 15 }),
        fc.integer({ min: 10, max: 20 }),
        fc.double({ min: 0.5, max: 1, noNaN: true }),
        (cores, taken, collapse, sharedPart) => {
          const load = constant(Math.min(taken, cores - 1));
          const options = { cores, load, collapse, sharedPart, work: noise(0.1) };
          const run = decode(options, 1000);
          expect(run.slow).toBeLessThanOrEqual(cores <= 4 ? 3 : 8);
          // The first steps find out; what they cost is no part of the speed that is reached.
          const foundMs = run.stepMs.slice(0, 8).reduce((sum, ms) => sum + ms);
          // With one of sixteen cores left, looking for a second one now and then costs the most.
          const reached = cores <= 4 ? 0.94 : 0.88;
          expect(run.totalMs - foundMs).toBeLessThanOrEqual(bestFixedMs(options, 992) / reached);
          expect(run.totalMs).toBeLessThanOrEqual(bestFixedMs(options, 1000) / 0.8);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of parts of a core hardly any step is slow, and less than a tenth of the speed is lost', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(2, 4, 8),
        fc.double({ min: 0.15, max: 1.95, noNaN: true }),
        fc.integer({ min: 10, max: 20 }),
        (cores, taken, collapse) => {
          const options = { cores, load: constant(Math.min(taken, cores - 1)), collapse, work: noise(0.05) };
          const run = decode(options, 1000);
          expect(run.totalMs).toBeLessThanOrEqual(bestFixedMs(options, 1000) / 0.88);
          expect(run.slow).toBeLessThanOrEqual(50);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('that comes in bursts, at least seven tenths of the best speed are left', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(2, 8),
        fc.integer({ min: 2, max: 200 }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (cores, slices, share) => {
          const periodMs = slices * sliceMs;
          const load: Load = (nowMs) => (nowMs % periodMs < share * periodMs ? 1 : 0);
          expect(quality({ cores, load, work: noise(0.05) }, 1000)).toBeGreaterThanOrEqual(0.7);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a failing attempt to go up is repeated ever more seldom', () => {
    // Too little to be seen in the load, enough to stall every step.
    const { threads } = decode({ cores: 2, load: constant(0.4) }, 1000);
    const rises = threads.flatMap((count, index) => (index > 0 && count > (threads[index - 1] ?? 0) ? [index] : []));
    const gaps = rises.slice(1).map((rise, index) => rise - (rises[index] ?? 0));
    expect(rises.length).toBeGreaterThan(3);
    expect(rises.length).toBeLessThan(26);
    expect(Math.min(...gaps.slice(4))).toBeGreaterThan(40);
  });
});

describe('on a calm machine', () => {
  it('nothing is lost, whatever the noise', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 4, 8, 16),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        fc.double({ min: 0, max: 0.1, noNaN: true }),
        (cores, spread, others) => {
          // So little load hardly ever meets a busy core.
          const options = { cores, load: constant(others), collapse: 1.5, work: noise(spread) };
          expect(quality(options, 500)).toBeGreaterThanOrEqual(0.97);
        },
      ),
    );
  });

  it('a hiccup now and then costs little', () => {
    for (const cores of [2, 8]) {
      const work = (step: number): number => (step % 150 === 100 ? 10 : 1);
      expect(quality({ cores, load: constant(0), work }, 1000)).toBeGreaterThanOrEqual(0.95);
      const twiceAsLong = (step: number): number => (step % 20 === 10 ? 3 : 1);
      expect(new Set(decode({ cores, load: constant(0), work: twiceAsLong }, 500).threads)).toEqual(new Set([cores]));
    }
  });

  it('steps that become longer for good are accepted as usual', () => {
    // Such as a laptop that leaves its mains.
    for (const cores of [2, 8]) {
      for (const slower of [1.5, 2.5, 5, 8]) {
        // With and without knowing from before what fewer threads need.
        for (const before of [0, cores - 1]) {
          const work = (step: number): number => (step < 300 ? 1 : slower);
          const { threads } = decode({ cores, load: changing(before, 0, 5000), work }, 1500);
          expect(threads.slice(700).every((count) => count === cores)).toBe(true);
        }
      }
    }
  });

  it('a single thread is left alone', () => {
    const run = decode({ cores: 4, most: 1, load: (nowMs) => Math.floor(nowMs / 700) % 6 }, 300);
    expect(new Set(run.threads)).toEqual(new Set([1]));
  });
});

it('threads stay between one and the most, whatever happens', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 16 }),
      fc.integer({ min: 1, max: 16 }),
      fc.array(fc.record({ forMs: fc.integer({ min: 50, max: 4000 }), cores: fc.integer({ min: 0, max: 20 }) }), {
        minLength: 1,
        maxLength: 20,
      }),
      (cores, most, phases) => {
        const totalMs = phases.reduce((sum, { forMs }) => sum + forMs, 0);
        const load: Load = (nowMs) => {
          let left = nowMs % totalMs;
          return phases.find(({ forMs }) => (left -= forMs) < 0)?.cores ?? 0;
        };
        decode({ cores, most: Math.min(most, cores), load }, 200);
      },
    ),
    { numRuns: 60 },
  );
});

describe('work whose steps differ in size', () => {
  const governed = (load: Load, cores = 2): { governor: ThreadGovernor; simulated: ReturnType<typeof machine> } => {
    const simulated = machine({ cores, load });
    const governor = createThreadGovernor({ most: cores, cores, readCpu: simulated.readCpu, apply: () => undefined });
    return { governor, simulated };
  };

  it('is told without a time: then only the load counts', () => {
    const { governor, simulated } = governed(constant(0));
    for (let piece = 0; piece < 50; piece += 1) {
      governor.step(0);
      expect(governor.threads).toBe(2);
      simulated.step(governor.threads);
    }
  });

  it('follows the load within two pieces', () => {
    const { governor, simulated } = governed(changing(0, 1, 5000));
    while (simulated.now() < 5000) {
      governor.step(0);
      simulated.step(governor.threads);
    }
    for (let piece = 0; piece < 2; piece += 1) {
      simulated.step(governor.threads);
      governor.step(0);
    }
    expect(governor.threads).toBe(1);
  });
});

it('what was seen before a pause does not steer what comes after it', () => {
  const simulated = machine({ cores: 2, load: changing(1, 0, 60_000) });
  const governor = createThreadGovernor({ most: 2, cores: 2, readCpu: simulated.readCpu, apply: () => undefined });
  governor.begin();
  while (simulated.now() < 10_000) governor.step(simulated.step(governor.threads));
  expect(governor.threads).toBe(1);
  simulated.wait(60_000);
  governor.begin();
  // The first look takes 200 ms; the load of the minute before is no part of it.
  for (let token = 0; token < 3; token += 1) governor.step(simulated.step(governor.threads));
  expect(governor.threads).toBe(2);
});
