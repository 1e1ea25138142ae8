import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { AppPlaces } from '../places.ts';
import { createPrinting, type Printing } from '../printing/client.ts';

/** Program and arguments, as `npm start` tells them. */
const commandSchema = z.tuple([z.string()], z.string());

/** The Electron that makes PDFs for the terminal, started when one is wanted; null where there is none. */
export function printingOf(
  env: NodeJS.ProcessEnv,
  { electronPath, printingEntry }: Pick<AppPlaces, 'electronPath' | 'printingEntry'>,
): Printing | null {
  if (electronPath !== null) {
    const args = process.platform === 'linux' ? ['--ozone-platform=headless'] : [];
    return createPrinting({ program: electronPath, args, entryPath: printingEntry });
  }
  const told = env['OASST_PRINTING'];
  if (told === undefined || !existsSync(printingEntry)) return null;
  const [program, ...args] = commandSchema.parse(JSON.parse(told));
  return createPrinting({ program, args, entryPath: printingEntry });
}
