import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  answerTo,
  conversationsOf,
  hasProgram,
  isRoot,
  makePerson,
  packageObstacle,
  start,
  type,
  windowOf,
} from '../support/packaged.ts';
import { projectRoot } from '../support/app.ts';

/** The deb on this very system: it is installed, brought to a next version and taken away again. */

const deb = existsSync(join(projectRoot, 'dist'))
  ? readdirSync(join(projectRoot, 'dist')).find((name) => name.endsWith('.deb'))
  : undefined;

function whyNot(): string | null {
  if (process.env['OASST_TEST_INSTALL'] !== '1') return 'it changes the system: OASST_TEST_INSTALL=1 allows that';
  if (!isRoot || !hasProgram('apt-get')) return 'installing needs root and apt-get';
  return deb === undefined ? 'there is no deb in dist' : packageObstacle();
}

const obstacle = whyNot();
const packageName = 'oasst-desktop';
const installed = '/opt/OASST Desktop';
const places = [installed, '/usr/bin/oasst', '/usr/bin/oasst-desktop', `/etc/apparmor.d/${packageName}`];

function apt(...words: string[]): void {
  execFileSync('apt-get', ['-y', '-q', ...words], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: 'ignore',
  });
}

function installedVersion(): string {
  return execFileSync('dpkg-query', ['-W', '-f=${Version}', packageName], { encoding: 'utf8' });
}

/** The same package, of a next version. */
function nextVersion(path: string, folder: string): string {
  const content = join(folder, 'content');
  execFileSync('dpkg-deb', ['-R', path, content]);
  const control = join(content, 'DEBIAN', 'control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, 'Version: 99.0.0'));
  const next = join(folder, 'next.deb');
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', content, next], { stdio: 'ignore' });
  return next;
}

it.skipIf(obstacle !== null)(
  `installs, answers, is upgraded and goes, and conversations stay${obstacle === null ? '' : ` (skipped: ${obstacle})`}`,
  async () => {
    const path = join(projectRoot, 'dist', deb ?? '');
    const person = await makePerson();
    const folder = mkdtempSync(join(tmpdir(), 'oasst-deb-'));
    const ask = async (question: string): Promise<void> => {
      const app = start(person, 'oasst-desktop', []);
      const window = await windowOf(person, 'OASST Desktop');
      type(person, window, question, 'Return');
      expect(await answerTo(person, 'oasst', question)).not.toBe('');
      type(person, window, '', 'ctrl+q');
      expect(await app.ended).toBe(0);
    };
    try {
      apt('install', path);
      const entries = readdirSync('/usr/share/applications').filter((name) => /oasst/i.test(name));
      expect(entries).toHaveLength(1);
      const entry = join('/usr/share/applications', entries[0] ?? '');
      expect(readFileSync(entry, 'utf8')).toMatch(/^MimeType=.*x-scheme-handler\/oasst;/m);
      if (hasProgram('desktop-file-validate')) execFileSync('desktop-file-validate', [entry]);
      await ask('What is a meme?');

      apt('install', nextVersion(path, folder));
      expect(installedVersion()).toBe('99.0.0');
      expect(conversationsOf(person, 'oasst')).toContain('What is a meme?');
      await ask('What can you do?');
    } finally {
      apt('remove', packageName);
      rmSync(folder, { recursive: true, force: true });
    }
    expect(places.filter((place) => existsSync(place))).toEqual([]);
    expect(readdirSync(person.dataFolder)).toContain('conversations.sqlite3');
    person.leave();
  },
);
