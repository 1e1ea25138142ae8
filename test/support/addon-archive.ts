import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { temporaryFolder } from './database.ts';

/** What a package of node-llama-cpp says of itself when it is imported. */
const packageEntry = `export const getBinsDir = () => ({ binsDir: import.meta.dirname, packageVersion: '0' });\n`;

/** A small add-on; the second file does not compress, so that fetching it takes some pieces. */
export const addonFiles: Readonly<Record<string, string>> = {
  'linux-x64-cuda/package.json': '{ "type": "module" }',
  'linux-x64-cuda/bins/engine.so': createHash('shake256', { outputLength: 150_000 })
    .update('engine')
    .digest('hex'),
  'linux-x64-cuda/dist/index.js': packageEntry,
  'linux-x64-cuda-ext/dist/index.js': packageEntry,
};

/** Makes an archive of these files, with the library that the package maker uses, and tells what the app would know of it. */
export async function makeAddonArchive(files: Readonly<Record<string, string>> = addonFiles) {
  const folder = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const path = join(temporaryFolder(), 'engine.tar.gz');
  await create({ file: path, cwd: folder, gzip: true, portable: true }, Object.keys(files));
  return { path, ...factsOf(path, Object.values(files)) };
}

function factsOf(path: string, texts: readonly string[]) {
  const bytes = readFileSync(path);
  return {
    bytes,
    sizeBytes: statSync(path).size,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    unpackedBytes: texts.reduce((sum, text) => sum + text.length, 0),
  };
}
