import { AppError, type ErrorCode } from '../../preload/contract/errors.ts';
import { deviceSteps, type DeviceStep } from '../../preload/contract/settings.ts';

/** Failures that less work for the GPU may cure. A file that cannot be read stays unreadable on any device. */
const curable = new Set<ErrorCode>([
  'engine-crashed',
  'engine-stalled',
  'engine-failed',
  'out-of-memory',
  'model-unreadable',
]);

export interface LadderOptions<T> {
  /** Where to begin: what worked last, or the top. */
  from: DeviceStep;
  /** Tries one step; resolves with what was loaded. `usedGpu` tells whether a GPU was in play when it failed. */
  attempt: (step: DeviceStep) => Promise<T>;
  usedGpu: () => boolean;
  /** Told the step to begin with from now on, before it is tried, so that a crash of everything is remembered too. */
  remember: (step: DeviceStep) => Promise<void>;
}

/**
 * Loads a model on the best device that works: as many layers on the GPU as fit, then half of them, then none. Each step
 * is tried once, and where it ends is remembered, so a driver that crashes does so once and not at every start.
 *
 * @throws what the last step threw, or a failure that no other device would cure
 */
export async function loadOnBestDevice<T>({ from, attempt, usedGpu, remember }: LadderOptions<T>): Promise<T> {
  const steps = deviceSteps.slice(deviceSteps.indexOf(from));
  for (const [index, step] of steps.entries()) {
    try {
      return await attempt(step);
    } catch (error) {
      const next = steps[index + 1];
      const mayHelp = usedGpu() && error instanceof AppError && curable.has(error.code);
      if (next === undefined || !mayHelp) throw error;
      await remember(next);
    }
  }
  throw new AppError('engine-failed', 'The model could not be loaded on any device.');
}
