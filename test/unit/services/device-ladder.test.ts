import { describe, expect, it } from 'vitest';
import { loadOnBestDevice } from '../../../main/services/device-ladder.ts';
import { AppError, type ErrorCode } from '../../../preload/contract/errors.ts';
import { deviceSteps, type DeviceStep } from '../../../preload/contract/settings.ts';

interface Attempt {
  /** What it throws; null when it loads. */
  failure?: Error | null;
  /** Whether a GPU was in play; so it is above the processor when nothing else is said. */
  gpu?: boolean;
}

/** Climbs down with attempts that end as told, and writes down what happens in which order. */
async function climb(attempts: Partial<Record<DeviceStep, Attempt>>, from: DeviceStep = 'gpu') {
  const log: string[] = [];
  let usedGpu = false;
  const outcome = await loadOnBestDevice({
    from,
    attempt: async (step) => {
      log.push(`try ${step}`);
      const { failure = null, gpu = step !== 'cpu' } = attempts[step] ?? {};
      usedGpu = gpu;
      if (failure !== null) throw failure;
      return `loaded on ${step}`;
    },
    usedGpu: () => usedGpu,
    remember: async (step) => {
      await Promise.resolve();
      log.push(`remember ${step}`);
    },
  }).catch((error: unknown) => error);
  return { log, outcome };
}

const failed = (code: ErrorCode): Attempt => ({ failure: new AppError(code, 'It failed.') });
const curable = ['engine-crashed', 'engine-stalled', 'engine-failed', 'out-of-memory', 'model-unreadable'] as const;
const incurable = ['model-missing', 'model-unsupported', 'disk-full', 'internal'] as const;

describe('a model that loads at the first attempt', () => {
  it.each(deviceSteps)('on %s is tried nowhere else, and nothing is remembered', async (from) => {
    expect(await climb({}, from)).toEqual({ log: [`try ${from}`], outcome: `loaded on ${from}` });
  });
});

describe('a GPU that fails', () => {
  it.each(curable)('with %s ends on half of it, remembered before it is tried', async (code) => {
    const { log, outcome } = await climb({ gpu: failed(code) });
    expect(outcome).toBe('loaded on gpu-half');
    expect(log).toEqual(['try gpu', 'remember gpu-half', 'try gpu-half']);
  });

  it.each(curable)('twice with %s ends on the processor', async (code) => {
    const { log, outcome } = await climb({ gpu: failed(code), 'gpu-half': failed('engine-crashed') });
    expect(outcome).toBe('loaded on cpu');
    expect(log).toEqual(['try gpu', 'remember gpu-half', 'try gpu-half', 'remember cpu', 'try cpu']);
  });

  it('is not tried again when the owner or an earlier start chose less of it', async () => {
    const { log } = await climb({ gpu: failed('engine-crashed'), 'gpu-half': failed('engine-crashed') }, 'gpu-half');
    expect(log).toEqual(['try gpu-half', 'remember cpu', 'try cpu']);
  });

  it('and a processor that fails too end with what the processor said', async () => {
    const all = { gpu: failed('engine-crashed'), 'gpu-half': failed('engine-stalled'), cpu: failed('out-of-memory') };
    const { log, outcome } = await climb(all);
    expect(outcome).toMatchObject({ code: 'out-of-memory' });
    expect(log.at(-1)).toBe('try cpu');
  });
});

describe('no other device is tried', () => {
  it.each(curable)('when no GPU was in play (%s)', async (code) => {
    const { log, outcome } = await climb({ gpu: { ...failed(code), gpu: false } });
    expect(outcome).toMatchObject({ code });
    expect(log).toEqual(['try gpu']);
  });

  it.each(incurable)('for what no device cures (%s)', async (code) => {
    const { log, outcome } = await climb({ gpu: failed(code) });
    expect(outcome).toMatchObject({ code });
    expect(log).toEqual(['try gpu']);
  });

  it('for a fault of the app itself', async () => {
    const fault = new TypeError('undefined is not a function');
    expect(await climb({ gpu: { failure: fault } })).toEqual({ log: ['try gpu'], outcome: fault });
  });

  it('when the processor fails', async () => {
    const { log, outcome } = await climb({ cpu: { ...failed('engine-crashed'), gpu: true } }, 'cpu');
    expect(outcome).toMatchObject({ code: 'engine-crashed' });
    expect(log).toEqual(['try cpu']);
  });
});

it('a step that cannot be remembered is not tried: it might crash at every start', async () => {
  const tried: DeviceStep[] = [];
  const loading = loadOnBestDevice({
    from: 'gpu',
    attempt: async (step) => {
      tried.push(step);
      throw new AppError('engine-crashed', 'It failed.');
    },
    usedGpu: () => true,
    remember: () => Promise.reject(new AppError('disk-full', 'There is no room.')),
  });
  await expect(loading).rejects.toMatchObject({ code: 'disk-full' });
  expect(tried).toEqual(['gpu']);
});
