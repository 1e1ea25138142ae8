import { readFile, realpath } from 'node:fs/promises';
import { extname, sep } from 'node:path';
import { fileFor } from './app-url.ts';

export interface AppFile {
  content: Buffer;
  mimeType: string;
}

/** What a built renderer consists of; anything else is not served. */
const mimeTypes = new Map([
  ['.html', 'text/html'],
  ['.js', 'text/javascript'],
  ['.css', 'text/css'],
  ['.woff2', 'font/woff2'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
]);

/**
 * Reads the file behind an address of the app.
 *
 * @returns null for whatever is no file of the built renderer, and for what only leads out of its folder
 */
export async function readAppFile(folder: string, address: string): Promise<AppFile | null> {
  const file = fileFor(folder, address);
  const mimeType = file === null ? undefined : mimeTypes.get(extname(file));
  if (file === null || mimeType === undefined) return null;
  try {
    const [root, target] = await Promise.all([realpath(folder), realpath(file)]);
    if (!target.startsWith(root + sep)) return null;
    return { content: await readFile(target), mimeType };
  } catch {
    return null;
  }
}
