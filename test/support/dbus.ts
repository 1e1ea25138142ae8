import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DbusReader, DbusWriter, typesOf } from './dbus-values.ts';

/** A session bus of a test's own, and a connection to it. */

export interface PrivateBus {
  /** For `DBUS_SESSION_BUS_ADDRESS`. */
  address: string;
  socketPath: string;
  stop(): void;
}

/** Starts `dbus-daemon` and waits until it listens. */
export async function startPrivateBus(): Promise<PrivateBus> {
  const folder = mkdtempSync(join(tmpdir(), 'oasst-bus-'));
  const socketPath = join(folder, 'bus');
  const address = `unix:path=${socketPath}`;
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1', `--address=${address}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(daemon.stdout, 'data');
  return {
    address,
    socketPath,
    stop() {
      daemon.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where a call goes: the program, the object, and the method. */
export interface Method {
  to: string;
  path: string;
  interface: string;
  member: string;
}

export interface IncomingCall extends Method {
  sender: string;
  args: unknown[];
}

/** The values of a message's body and their types. */
export interface Body {
  signature: string;
  values: unknown[];
}

const messageTypes = { call: 1, reply: 2, error: 3, signal: 4 } as const;
const noReplyExpected = 1;
/** Header fields by their numbers, and the type of each. */
const fieldTypes: Record<number, string> = { 1: 'o', 2: 's', 3: 's', 4: 's', 5: 'u', 6: 's', 7: 's', 8: 'g', 9: 'u' };

interface Message {
  type: number;
  flags: number;
  serial: number;
  fields: Map<number, unknown>;
  args: unknown[];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function encode(type: number, serial: number, fields: Record<number, unknown>, body: Body): Buffer {
  const content = new DbusWriter();
  typesOf(body.signature).forEach((part, index) => content.write(part, body.values[index]));
  const given = body.signature === '' ? fields : { ...fields, 8: body.signature };
  const header = new DbusWriter();
  for (const byte of ['l'.charCodeAt(0), type, 0, 1]) header.write('y', byte);
  header.write('u', content.length);
  header.write('u', serial);
  const entries = Object.entries(given).map(([code, value]) => {
    const number = Number(code);
    return [number, { signature: fieldTypes[number] ?? 's', value }];
  });
  header.write('a(yv)', entries);
  header.align(8);
  return Buffer.concat([header.toBuffer(), content.toBuffer()]);
}

/** The first message in a buffer and what it takes, or null while it is not complete. */
function decode(buffer: Buffer): { message: Message; size: number } | null {
  if (buffer.length < 16) return null;
  const fieldsLength = buffer.readUInt32LE(12);
  const bodyAt = Math.ceil((16 + fieldsLength) / 8) * 8;
  const size = bodyAt + buffer.readUInt32LE(4);
  if (buffer.length < size) return null;
  const fields = new Map(new DbusReader(buffer, 12).read('a(yv)') as [number, unknown][]);
  // A body counts its alignment from its own start, which is a multiple of eight.
  const body = new DbusReader(buffer, bodyAt);
  const args = typesOf(textOf(fields.get(8))).map((type) => body.read(type));
  const message = {
    type: buffer.readUInt8(1),
    flags: buffer.readUInt8(2),
    serial: buffer.readUInt32LE(8),
    fields,
    args,
  };
  return { message, size };
}

async function authenticate(socket: Socket): Promise<void> {
  const user = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
  socket.write(`\0AUTH EXTERNAL ${user}\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (!answer.toString().startsWith('OK')) throw new Error(`The bus does not let the test in: ${answer.toString()}`);
  socket.write('BEGIN\r\n');
}

/**
 * Connects to a bus.
 *
 * @param answer what to reply to calls of others; null refuses them
 */
export async function connectToBus(socketPath: string, answer: (call: IncomingCall) => Body | null) {
  const socket = createConnection(socketPath);
  await once(socket, 'connect');
  await authenticate(socket);
  const waiting = new Map<number, { resolve: (args: unknown[]) => void; reject: (error: Error) => void }>();
  let lastSerial = 0;
  let received: Buffer = Buffer.alloc(0);

  const send = (type: number, fields: Record<number, unknown>, body: Body): number => {
    lastSerial += 1;
    socket.write(encode(type, lastSerial, fields, body));
    return lastSerial;
  };

  const take = ({ type, flags, serial, fields, args }: Message): void => {
    const text = (field: number): string => textOf(fields.get(field));
    if (type === messageTypes.call) {
      const sender = text(7);
      const call = { to: text(6), path: text(1), interface: text(2), member: text(3), sender, args };
      const body = answer(call);
      if ((flags & noReplyExpected) !== 0) return;
      if (body !== null) send(messageTypes.reply, { 5: serial, 6: sender }, body);
      else {
        const error = 'org.freedesktop.DBus.Error.UnknownMethod';
        send(messageTypes.error, { 4: error, 5: serial, 6: sender }, { signature: '', values: [] });
      }
      return;
    }
    const caller = waiting.get(Number(fields.get(5)));
    if (type === messageTypes.reply) caller?.resolve(args);
    if (type === messageTypes.error) caller?.reject(new Error(`${text(4)}: ${String(args[0])}`));
  };

  socket.on('data', (data: Buffer) => {
    received = Buffer.concat([received, data]);
    for (let next = decode(received); next !== null; next = decode(received)) {
      received = received.subarray(next.size);
      take(next.message);
    }
  });

  const call = (method: Method, body: Body = { signature: '', values: [] }): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      const { to, path, interface: face, member } = method;
      waiting.set(send(messageTypes.call, { 1: path, 2: face, 3: member, 6: to }, body), { resolve, reject });
    });
  const bus = (member: string, body?: Body): Promise<unknown[]> =>
    call(
      { to: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus', member },
      body,
    );

  await bus('Hello');
  return {
    call,
    signal(path: string, face: string, member: string, body: Body): void {
      send(messageTypes.signal, { 1: path, 2: face, 3: member }, body);
    },
    requestName: (name: string) => bus('RequestName', { signature: 'su', values: [name, 0] }),
    releaseName: (name: string) => bus('ReleaseName', { signature: 's', values: [name] }),
    close(): void {
      socket.destroy();
    },
  };
}
