import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  answerTo,
  descendantsOf,
  executableName,
  makePerson,
  packageObstacle,
  start,
  type,
  unpacked,
  windowOf,
  type Person,
} from '../support/packaged.ts';

/** The package as an ordinary user has it, on a screen of its own. */

const obstacle = packageObstacle();
const executable = join(unpacked, executableName);
const terminal = join(unpacked, 'resources', 'bin', 'oasst');

describe.skipIf(obstacle !== null)(`the packaged app${obstacle === null ? '' : ` (skipped: ${obstacle})`}`, () => {
  let person: Person;

  beforeEach(async () => {
    person = await makePerson();
  });

  afterEach(() => {
    person.leave();
  });

  it('starts in Chromium’s sandbox, answers, and quits', async () => {
    const app = start(person, executable, []);
    const window = await windowOf(person, 'OASST Desktop');
    type(person, window, 'What is a meme?', 'Return');
    expect(await answerTo(person, terminal, 'What is a meme?')).not.toBe('');

    const pages = descendantsOf(app.pid).filter(({ line }) => line.includes('--type=renderer'));
    expect(pages.length).toBeGreaterThan(0);
    const ownNamespace = readlinkSync('/proc/self/ns/user');
    for (const { pid, line, status } of pages) {
      expect(line).not.toMatch(/no-sandbox|disable-\S*sandbox/);
      // Filtered system calls, and a view of the system of its own.
      expect(status).toMatch(/^Seccomp:\t2$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(readlinkSync(`/proc/${String(pid)}/ns/user`)).not.toBe(ownNamespace);
    }
    type(person, window, '', 'ctrl+q');
    expect(await app.ended).toBe(0);
  });

  it.each([
    '--remote-debugging-port=0',
    '--remote-debugging-pipe',
    '--inspect=0',
    '--js-flags=--expose-gc',
    '--no-sandbox',
    '--user-data-dir=/tmp/elsewhere',
    '--host-resolver-rules=MAP * 127.0.0.1',
  ])('does not start with %s', async (word) => {
    const app = start(person, executable, [word]);
    expect(await app.ended).toBe(1);
    expect(app.output()).toContain('does not start with');
  });

  it('cannot be used as a plain Node', async () => {
    const app = start(person, executable, ['-e', 'console.log("plain node")', '--no-sandbox'], {
      env: { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--require=/nowhere.js' },
    });
    expect(await app.ended).toBe(1);
    expect(app.output()).not.toContain('plain node');
    expect(app.output()).not.toContain('nowhere.js');
  });

  it('answers in its terminal', () => {
    const [program, args] = person.command(terminal, ['--ask', 'What can you do?', '--json', '--seed', '1']);
    const printed = execFileSync(program, args, { env: person.env, encoding: 'utf8' });
    const answer = JSON.parse(printed) as { answer?: string; text?: string };
    expect(answer.answer ?? answer.text).toMatch(/\w/);
  });
});
