import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

/** Where attacks try to send something, in the forms that they need. */
export interface Target {
  http: string;
  ws: string;
  /** An address of this machine that is not its loopback, where it has one: calls between browsers avoid that one. */
  host: string;
  tcpPort: number;
  udpPort: number;
}

/** Listens on this machine and keeps what arrives: whatever gets here has left the app. */
export interface Listener {
  target: Target;
  /** What arrived since the last time this was asked, each by its first line. */
  take(): string[];
  close(): Promise<void>;
}

const answer = 'HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

function outerAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

export async function openListener(): Promise<Listener> {
  let arrived: string[] = [];
  const sockets = new Set<Socket>();
  const tcp = createServer((socket) => {
    sockets.add(socket);
    const first = arrived.push('a connection') - 1;
    const batch = arrived;
    socket.once('data', (data) => {
      batch[first] = data.toString('latin1').split('\r\n')[0] ?? '';
      socket.end(answer);
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  });
  const udp = createSocket('udp4', () => arrived.push('a packet'));
  await Promise.all([
    new Promise<void>((resolve) => tcp.listen(0, '0.0.0.0', resolve)),
    new Promise<void>((resolve) => udp.bind(0, '0.0.0.0', resolve)),
  ]);
  const address = tcp.address();
  if (address === null || typeof address === 'string') throw new Error('The listener has no port.');
  const { port } = address;
  return {
    target: {
      http: `http://127.0.0.1:${String(port)}`,
      ws: `ws://127.0.0.1:${String(port)}`,
      host: outerAddress(),
      tcpPort: port,
      udpPort: udp.address().port,
    },
    take() {
      const taken = arrived;
      arrived = [];
      return taken;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => tcp.close(() => resolve())),
        new Promise<void>((resolve) => udp.close(() => resolve())),
      ]);
    },
  };
}
