import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './app.ts';
import { writeSyntheticGguf } from './synthetic-gguf.ts';

/**
 * A model that writes noise for seconds without ending by itself, for tests that need an answer under way. Small
 * enough to run on one thread, so that a busy machine slows it down but does not stop it.
 */
export function slowModel(): string {
  const path = join(projectRoot, 'node_modules', '.cache', 'oasst-desktop', 'slow-24x512.gguf');
  if (!existsSync(path))
    writeSyntheticGguf({ path, layers: 24, width: 512, heads: 8, vocabularySize: 4096, name: 'slow noise' });
  return path;
}
