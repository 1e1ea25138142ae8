import { convertFolder, type FolderConversionOptions } from '../../main/installation/process/conversion.ts';
import type { ConversionType } from '../../preload/contract/library.ts';

/**
 * Converts a folder with two threads. Run as a program, with a folder, a type and a path, it is a process that may be
 * killed, and writes the share that is converted to its output, a line each time.
 */

export const workerUrl = new URL('../../main/installation/process/quantization/worker.ts', import.meta.url);

export function convert(
  folder: string,
  type: ConversionType,
  outPath: string,
  changes: Partial<FolderConversionOptions> = {},
): ReturnType<typeof convertFolder> {
  return convertFolder({
    folder,
    type,
    outPath,
    threads: 2,
    workerUrl,
    onProgress: () => undefined,
    onRead: () => undefined,
    signal: new AbortController().signal,
    ...changes,
  });
}

if (import.meta.main) {
  const [folder = '', type = '', outPath = ''] = process.argv.slice(2);
  await convert(folder, type as ConversionType, outPath, {
    onProgress: ({ doneWeights, totalWeights }) => process.stdout.write(`${doneWeights / totalWeights}\n`),
  });
}
