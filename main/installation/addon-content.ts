import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';

/**
 * What an add-on consists of, noted in its folder when all of it was unpacked and is on the disk. An add-on without this
 * file, or with another size of any file in it, is not used.
 */

const contentSchema = z.object({
  version: z.literal(1),
  files: z.array(z.object({ path: z.string().min(1), sizeBytes: z.int().nonnegative() })).min(1),
});

export type AddonContent = z.infer<typeof contentSchema>;

const contentName = 'content.json';

/** Where the archive of an add-on lies while it is on its way, or what of it is here. */
export function archivePathIn(workFolder: string, url: string): string {
  return join(workFolder, basename(new URL(url).pathname));
}

export function contentPathIn(folder: string): string {
  return join(folder, contentName);
}

/** Whether a folder holds an add-on with all its files. Quick enough to ask before every start of the engine. */
export function isAddonComplete(folder: string): boolean {
  try {
    const { files } = contentSchema.parse(JSON.parse(readFileSync(contentPathIn(folder), 'utf8')));
    return files.every(({ path, sizeBytes }) => {
      const found = statSync(join(folder, path), { throwIfNoEntry: false });
      return found?.isFile() === true && found.size === sizeBytes;
    });
  } catch {
    return false;
  }
}
