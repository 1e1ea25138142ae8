/**
 * How many threads decode. llama.cpp's threads spin at barriers, so one more than there are cores costs ten to twenty
 * times the speed, and a model whose layers take microseconds spends its time at the barriers: it gets one thread.
 */

/** Below this size one thread reads all weights faster than several can meet (a 22 MB model: 3,300 against 2.5 tok/s). */
const singleThreadBelowBytes = 64 * 1024 ** 2;

/**
 * @param availableCores what the scheduler gives this process (`os.availableParallelism()`)
 * @param mathCores physical cores that are good at matrix work, as llama.cpp counts them
 */
export function chooseThreads(availableCores: number, mathCores: number, modelSizeBytes: number): number {
  if (modelSizeBytes < singleThreadBelowBytes) return 1;
  return Math.max(1, Math.min(availableCores, mathCores));
}
