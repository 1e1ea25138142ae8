/** Which packages are missing: Debian's, and those of package-lock.json. */
import { describe, expect, it } from 'vitest';

import { chooseNames, missingPackages } from '../../../scripts/setup/debian-packages.mjs';
import { lockIsSatisfied } from '../../../scripts/setup/dependencies.mjs';

describe('Debian packages', () => {
  const wanted = [['libnss3'], ['libgtk-3-0', 'libgtk-3-0t64'], ['xvfb']] as const;

  it('finds what is missing', () => {
    const list = 'installed\tlibnss3\t\nconfig-files\txvfb\t\n';
    expect(missingPackages(wanted, list)).toEqual([['libgtk-3-0', 'libgtk-3-0t64'], ['xvfb']]);
  });

  it('accepts another name and what another package provides', () => {
    const list = 'installed\tlibgtk-3-0t64\tlibgtk-3-0 (= 3.24)\ninstalled\tmy-nss\tother, libnss3 (= 2:3.98)\n';
    expect(missingPackages(wanted, list)).toEqual([['xvfb']]);
    expect(missingPackages([['libgtk-3-0']], list)).toEqual([]);
  });

  it('asks for the name that this system knows', () => {
    const candidate = (name: string, version: string) =>
      `${name}:\n  Installed: (none)\n  Candidate: ${version}\n  Version table:\n`;
    const packages = [['libasound2', 'libasound2t64'], ['xvfb']] as const;
    const ubuntu = candidate('libasound2', '(none)') + candidate('libasound2t64', '1.2.11') + candidate('xvfb', '2:21');
    expect(chooseNames(packages, ubuntu)).toEqual(['libasound2t64', 'xvfb']);
    expect(chooseNames(packages, candidate('libasound2', '1.2.8'))).toEqual(['libasound2', 'xvfb']);
    expect(chooseNames(packages, '')).toEqual(['libasound2', 'xvfb']);
  });
});

describe('npm packages', () => {
  const lock = JSON.stringify({
    packages: {
      '': { name: 'app' },
      'node_modules/a': { version: '1.0.0', integrity: 'x' },
      'node_modules/b-darwin': { version: '1.0.0', optional: true },
    },
  });
  const record = (packages: object) => JSON.stringify({ packages });

  it('accepts an installation that has what the lock file asks for', () => {
    expect(lockIsSatisfied(lock, record({ 'node_modules/a': { version: '1.0.0', integrity: 'x' } }))).toBe(true);
  });

  it.each([
    ['a missing package', {}],
    ['another version', { 'node_modules/a': { version: '1.0.1', integrity: 'x' } }],
    ['other content', { 'node_modules/a': { version: '1.0.0', integrity: 'y' } }],
    [
      'a package too many',
      { 'node_modules/a': { version: '1.0.0', integrity: 'x' }, 'node_modules/c': { version: '1.0.0' } },
    ],
  ])('notices %s', (_what, packages) => {
    expect(lockIsSatisfied(lock, record(packages))).toBe(false);
  });
});
