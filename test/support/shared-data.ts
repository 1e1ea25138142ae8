import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Real data from public projects that is too large or too foreign for this repository; see its own README. */
const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'data');

export const sharedDataReason = '../shared/data is not here';

/**
 * Path of a shared data file, or null where it is missing. A test without its data says so:
 * `if (path === null) ctx.skip(sharedDataReason)`.
 */
export function sharedData(name: string): string | null {
  const path = join(folder, name);
  return existsSync(path) ? path : null;
}
