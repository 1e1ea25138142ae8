import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The packages that node-llama-cpp imports by name when it looks for an engine for NVIDIA cards. */
const addonPackage = /^@node-llama-cpp\/((?:linux|win)-x64-cuda(?:-ext)?)$/;

/**
 * Has node-llama-cpp find its CUDA packages in the folder of an add-on. It compares their version with its own, and tries
 * them in a process of their own before it uses them; with a package that is not there it goes on as without.
 */
export function useAddon(folder: string): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const name = addonPackage.exec(specifier)?.[1];
      const entry = name === undefined ? null : join(folder, name, 'dist', 'index.js');
      if (entry === null || !existsSync(entry)) return nextResolve(specifier, context);
      return { url: pathToFileURL(entry).href, shortCircuit: true };
    },
  });
}
