import { closeSync, openSync, readSync } from 'node:fs';

interface Entry {
  files?: Record<string, Entry>;
}

/**
 * The names of the files in an archive of Electron: a pickle of a pickle, whose header is JSON after sixteen bytes.
 */
export function filesInAsar(path: string): string[] {
  const file = openSync(path, 'r');
  try {
    const sizes = Buffer.alloc(16);
    readSync(file, sizes, 0, 16, 0);
    const header = Buffer.alloc(sizes.readUInt32LE(12));
    readSync(file, header, 0, header.length, 16);
    const names: string[] = [];
    const walk = ({ files }: Entry, above: string): void => {
      for (const [name, entry] of Object.entries(files ?? {})) {
        if (entry.files === undefined) names.push(above + name);
        else walk(entry, `${above}${name}/`);
      }
    };
    walk(JSON.parse(header.toString('utf8')) as Entry, '');
    return names;
  } finally {
    closeSync(file);
  }
}
