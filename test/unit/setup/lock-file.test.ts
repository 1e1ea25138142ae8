/**
 * `npm ci` refuses a package-lock.json from which a package is missing, be it an optional one for another system. npm
 * leaves such a package out when the registry it was run against does not have it; this finds that before a fresh
 * clone does.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface LockedPackage {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const lockFile = new URL('../../../package-lock.json', import.meta.url);
const { packages } = JSON.parse(readFileSync(lockFile, 'utf8')) as { packages: Record<string, LockedPackage> };

/** Node's way of finding a package: next to the one that asks, then outwards. */
function isLocked(name: string, askedFrom: string): boolean {
  let folder = askedFrom;
  for (;;) {
    if (`${folder}/node_modules/${name}`.replace(/^\//, '') in packages) return true;
    if (folder === '') return false;
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')));
  }
}

it('holds every package that another one asks for', () => {
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !isLocked(name, path))
      .map((name) => `${name}, asked for by ${path}`),
  );
  expect(missing).toEqual([]);
});

it('names no registry', () => {
  expect(readFileSync(lockFile, 'utf8')).not.toMatch(/"resolved": "https?:/);
});
