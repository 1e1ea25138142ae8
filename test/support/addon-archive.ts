import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { temporaryFolder } from './database.ts';

type Files = Readonly<Record<string, string | Buffer>>;

/** What a package of node-llama-cpp says of itself when it is imported. */
const packageEntry = `export const getBinsDir = () => ({ binsDir: import.meta.dirname, packageVersion: '0' });\n`;

/** A small add-on. */
export const addonFiles: Files = {
  'linux-x64-cuda/package.json': '{ "type": "module" }',
  'linux-x64-cuda/bins/engine.so': 'x'.repeat(70_000),
  'linux-x64-cuda/dist/index.js': packageEntry,
  'linux-x64-cuda-ext/dist/index.js': packageEntry,
};

/** Makes an archive of these files, as the package maker does. */
export async function makeAddonArchive(files: Files = addonFiles) {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const path = join(temporaryFolder(), 'engine.tar.gz');
  await create({ file: path, cwd: folder, gzip: true, portable: true }, Object.keys(files));
  const bytes = readFileSync(path);
  return {
    path,
    bytes,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    unpackedBytes: Object.values(files).reduce((sum, content) => sum + content.length, 0),
  };
}
