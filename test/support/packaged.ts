import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { projectRoot } from './app.ts';

/** The packaged app as a person has it: an ordinary user, a screen, keys, and no way in. */

export const unpacked = join(projectRoot, 'dist', 'linux-unpacked');
export const executableName = 'oasst-desktop';

/** Why the package cannot be tried here; null where it can. */
export function packageObstacle(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'packages are tried on Linux x64';
  if (!existsSync(join(unpacked, executableName))) return 'there is no package yet: npm run package makes it';
  for (const program of ['Xvfb', 'xdotool']) {
    if (!hasProgram(program)) return `${program} is not installed`;
  }
  return null;
}

export function hasProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, name)));
}

export const isRoot = process.getuid?.() === 0;

/** Somebody with a home folder and a screen, who is not root. */
export interface Person {
  home: string;
  display: string;
  /** Where the app keeps what is theirs. */
  dataFolder: string;
  /** A program and its arguments, as this person runs them. */
  command(program: string, args: readonly string[]): [string, string[]];
  env: NodeJS.ProcessEnv;
  /** What they have started. */
  started: number[];
  /** Takes the person away with all that is theirs. */
  leave(): void;
}

const userName = 'oasst-test';

async function openDisplay(): Promise<{ display: string; server: ChildProcess }> {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1440x1000x24', '-nolisten', 'tcp', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const number = await new Promise<string>((resolve, reject) => {
    server.stdio[3]?.once('data', (data: Buffer) => resolve(data.toString().trim()));
    server.once('exit', () => reject(new Error('Xvfb ended at once.')));
  });
  return { display: `:${number}`, server };
}

/** Makes a person; as root a user of their own, for Chromium has no sandbox for root. */
export async function makePerson(): Promise<Person> {
  const { display, server } = await openDisplay();
  const folder = mkdtempSync(join(tmpdir(), 'oasst-person-'));
  chmodSync(folder, 0o755);
  const home = join(folder, 'home');
  mkdirSync(home);
  if (isRoot) {
    execFileSync('useradd', ['--system', '--home-dir', home, userName]);
    execFileSync('chown', [userName, home]);
  }
  const started: number[] = [];
  return {
    home,
    display,
    dataFolder: join(home, '.config', 'oasst-desktop'),
    command: (program, args) => (isRoot ? ['runuser', ['-u', userName, '--', program, ...args]] : [program, [...args]]),
    env: { PATH: process.env['PATH'], LANG: process.env['LANG'], HOME: home, DISPLAY: display },
    started,
    leave() {
      for (const pid of started) end(pid);
      server.kill();
      if (isRoot) execFileSync('userdel', ['--force', userName], { stdio: 'ignore' });
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** A running program, and what it has printed. */
export interface Running {
  pid: number;
  output(): string;
  /** Its exit code; null when a signal ended it. */
  ended: Promise<number | null>;
}

/** @param inside goes before the whole line, as `ip netns exec NAME` does */
export function start(
  person: Person,
  program: string,
  args: readonly string[],
  { env = {}, inside = [] }: { env?: NodeJS.ProcessEnv; inside?: readonly string[] } = {},
): Running {
  const [command, words] = person.command(program, args);
  const [first = command, ...rest] = [...inside, command, ...words];
  const child = spawn(first, rest, {
    env: { ...person.env, ...env },
    cwd: person.home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) person.started.push(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return {
    pid: child.pid ?? -1,
    output: () => output,
    ended: new Promise((resolve) => {
      child.once('exit', resolve);
      child.once('error', () => resolve(null));
    }),
  };
}

/** Waits for something that comes about on its own. @throws Error when it does not in time */
async function until<T>(what: string, look: () => T | null, limitMs = 60_000): Promise<T> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const found = look();
    if (found !== null) return found;
    if (Date.now() > endMs) throw new Error(`${what} did not come about.`);
    await wait(100);
  }
}

function xdotool({ env }: Person, args: readonly string[]): string {
  return execFileSync('xdotool', args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/** The window of this title once it is on the screen. */
export function windowOf(person: Person, title: string): Promise<string> {
  return until(`A window ${title}`, () => {
    try {
      return xdotool(person, ['search', '--onlyvisible', '--name', title]).split('\n')[0] ?? null;
    } catch {
      return null; // There is none yet.
    }
  });
}

/** Types into a window, and presses a key. */
export function type(person: Person, window: string, text: string, key: string): void {
  xdotool(person, ['windowfocus', '--sync', window]);
  if (text !== '') xdotool(person, ['type', '--delay', '20', text]);
  xdotool(person, ['key', key]);
}

interface Process {
  pid: number;
  parent: number;
  /** Its command line; Chromium writes its own into one word. */
  line: string;
  status: string;
}

/** The processes of the system that can be looked at (Linux). */
function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return [{ pid: Number(name), parent: Number(/^PPid:\t(\d+)$/m.exec(status)?.[1]), line, status }];
    } catch {
      return []; // No process, or one that has ended.
    }
  });
}

/** All that a process has started, and what those have started. */
export function descendantsOf(pid: number): Process[] {
  const all = processes();
  const found: Process[] = [];
  const waiting = [pid];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const parent = next;
    const children = all.filter((each) => each.parent === parent);
    found.push(...children);
    waiting.push(...children.map((each) => each.pid));
  }
  return found;
}

/** Ends what a process has started, and the process. */
function end(pid: number): void {
  for (const each of [...descendantsOf(pid).map((descendant) => descendant.pid), pid]) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

/** What the terminal of the package tells of a copy of the person's conversations, as the app's own JSON. */
export function conversationsOf(person: Person, terminal: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'oasst-copy-'));
  try {
    for (const name of readdirSync(person.dataFolder).filter((each) => /sqlite3(-wal)?$/.test(each))) {
      cpSync(join(person.dataFolder, name), join(copy, name));
    }
    const file = join(copy, 'all.json');
    execFileSync(terminal, ['--data', copy, '--export', file, '--all', '--format', 'json'], { stdio: 'ignore' });
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // Nothing was saved yet, or the copy was taken in the middle of a change.
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The answer to a question, once it is complete. */
export function answerTo(person: Person, terminal: string, question: string): Promise<string> {
  return until(`An answer to ${question}`, () => {
    const text = conversationsOf(person, terminal);
    if (text === '') return null;
    const { conversations } = JSON.parse(text) as {
      conversations: { messages: { role: string; text: string; status: string }[] }[];
    };
    const messages = conversations.flatMap((conversation) => conversation.messages);
    const at = messages.findIndex(({ role, text: asked }) => role === 'prompter' && asked === question);
    const answer = at === -1 ? undefined : messages[at + 1];
    return answer?.status === 'complete' ? answer.text : null;
  });
}
