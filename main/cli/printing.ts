import { existsSync } from 'node:fs';
import { z } from 'zod';
import { createPrinting, type Printing } from '../printing/client.ts';

/** Program and arguments, as `npm start` tells them. */
const commandSchema = z.tuple([z.string()], z.string());

/** The Electron that makes PDFs for the terminal, started when one is wanted; null where nobody told of one. */
export function printingOf(env: NodeJS.ProcessEnv, entryPath: string): Printing | null {
  const told = env['OASST_PRINTING'];
  if (told === undefined || !existsSync(entryPath)) return null;
  const [program, ...args] = commandSchema.parse(JSON.parse(told));
  return createPrinting({ program, args, entryPath });
}
