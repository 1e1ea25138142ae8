import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A method of the session bus whose arguments are strings. */
export interface BusCall {
  /** Name of the program that answers. */
  to: string;
  path: string;
  interface: string;
  member: string;
  args: readonly string[];
}

/** The programs that desktops bring for talking to the bus, and how each takes a call. */
const tools: readonly { program: string; argsOf: (call: BusCall) => string[] }[] = [
  {
    program: 'dbus-send',
    argsOf: ({ to, path, interface: face, member, args }) => [
      ...['--session', '--print-reply', `--dest=${to}`, path, `${face}.${member}`],
      ...args.map((arg) => `string:${arg}`),
    ],
  },
  {
    program: 'gdbus',
    argsOf: ({ to, path, interface: face, member, args }) => [
      ...['call', '--session', '--dest', to, '--object-path', path, '--method', `${face}.${member}`],
      ...args,
    ],
  },
  {
    program: 'busctl',
    argsOf: ({ to, path, interface: face, member, args }) => [
      ...['--user', 'call', to, path, face, member],
      ...(args.length === 0 ? [] : ['s'.repeat(args.length), ...args]),
    ],
  },
];

/** Longest wait for an answer; a program may have to be started to give it. */
const callLimitMs = 5000;

/** Runs a program. @returns what it printed, `missing` when there is no such program, null when it failed */
export type RunTool = (program: string, args: string[]) => Promise<{ output: string } | 'missing' | null>;

const runTool: RunTool = (program, args) =>
  new Promise((resolve) => {
    execFile(program, args, { timeout: callLimitMs, encoding: 'utf8' }, (error, output) => {
      if (error === null) resolve({ output });
      else resolve(error.code === 'ENOENT' ? 'missing' : null);
    });
  });

/** Without one, `dbus-send` would start a bus of its own. */
function hasBus(env: NodeJS.ProcessEnv): boolean {
  const runtimeFolder = env['XDG_RUNTIME_DIR'] ?? '';
  if ((env['DBUS_SESSION_BUS_ADDRESS'] ?? '') !== '') return true;
  return runtimeFolder !== '' && existsSync(join(runtimeFolder, 'bus'));
}

/** Asks the session bus of a Linux desktop, with whichever tool is there. */
export function createSessionBus(env: NodeJS.ProcessEnv, run: RunTool = runTool) {
  const call = async (busCall: BusCall): Promise<string | null> => {
    if (!hasBus(env)) return null;
    for (const { program, argsOf } of tools) {
      const outcome = await run(program, argsOf(busCall));
      if (outcome !== 'missing') return outcome?.output ?? null;
    }
    return null;
  };
  return {
    /** Whether a program on the bus goes by this name now. */
    async isOwned(name: string): Promise<boolean> {
      const reply = await call({
        to: 'org.freedesktop.DBus',
        path: '/org/freedesktop/DBus',
        interface: 'org.freedesktop.DBus',
        member: 'NameHasOwner',
        args: [name],
      });
      return reply !== null && /\btrue\b/.test(reply);
    },
    /** A property as the tool prints it; null when there is none. */
    property: (to: string, path: string, face: string, name: string): Promise<string | null> =>
      call({ to, path, interface: 'org.freedesktop.DBus.Properties', member: 'Get', args: [face, name] }),
  };
}

export type SessionBus = ReturnType<typeof createSessionBus>;
