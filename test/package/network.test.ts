import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import {
  answerTo,
  executableName,
  hasProgram,
  isRoot,
  makePerson,
  packageObstacle,
  start,
  type,
  unpacked,
  windowOf,
} from '../support/packaged.ts';

/** The claim that nothing leaves this machine, seen from the only way out. */

const obstacle =
  packageObstacle() ?? (isRoot && hasProgram('ip') ? null : 'a network of its own needs root and the program ip');

const outside = '10.231.77.1';
const inside = '10.231.77.2';

/** A network whose only way leads here, where every frame is counted; with a gateway and a name server that never answer. */
function makeNetwork() {
  const name = `oasst-${String(process.pid)}`;
  const [here, there] = [`oh${String(process.pid)}`, `ot${String(process.pid)}`];
  const ip = (...words: string[]): string => execFileSync('ip', words, { encoding: 'utf8' });
  // Programs in this network read these in place of the machine's own.
  const settings = join('/etc/netns', name);
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, 'resolv.conf'), `nameserver ${outside}\noptions timeout:1 attempts:1\n`);
  ip('netns', 'add', name);
  ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name);
  // The system itself greets its neighbours in the newer protocol as soon as a link is up.
  writeFileSync(`/proc/sys/net/ipv6/conf/${here}/disable_ipv6`, '1');
  ip('netns', 'exec', name, 'sh', '-c', 'for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 > $f; done');
  ip('addr', 'add', `${outside}/30`, 'dev', here);
  ip('link', 'set', here, 'up');
  ip('-n', name, 'addr', 'add', `${inside}/30`, 'dev', there);
  for (const device of ['lo', there]) ip('-n', name, 'link', 'set', device, 'up');
  ip('-n', name, 'route', 'add', 'default', 'via', outside);
  return {
    exec: ['ip', 'netns', 'exec', name],
    /** What has come out so far. */
    packets: () => Number(readFileSync(`/sys/class/net/${here}/statistics/rx_packets`, 'utf8')),
    remove() {
      ip('netns', 'del', name);
      rmSync(settings, { recursive: true, force: true });
    },
  };
}

it.skipIf(obstacle !== null)(
  `the packaged app sends no packet in its life${obstacle === null ? '' : ` (skipped: ${obstacle})`}`,
  async () => {
    const person = await makePerson();
    const network = makeNetwork();
    try {
      const executable = join(unpacked, executableName);
      const terminal = join(unpacked, 'resources', 'bin', 'oasst');
      const before = network.packets();
      const app = start(person, executable, [], { inside: network.exec });
      const window = await windowOf(person, 'OASST Desktop');
      type(person, window, 'What is a meme?', 'Return');
      expect(await answerTo(person, terminal, 'What is a meme?')).not.toBe('');
      for (const page of ['ctrl+comma', 'ctrl+shift+m', 'ctrl+n']) {
        type(person, window, '', page);
        await wait(1000);
      }
      const second = start(person, executable, ['--quick-ask'], { inside: network.exec });
      const quick = await windowOf(person, 'Quick question');
      expect(await second.ended).toBe(0);
      type(person, quick, 'What can you do?', 'Return');
      expect(await answerTo(person, terminal, 'What can you do?')).not.toBe('');
      type(person, window, '', 'ctrl+q');
      expect(await app.ended).toBe(0);
      expect(network.packets() - before).toBe(0);

      // The counter counts: a download, as the app makes them, starts with a question to the name server.
      const node = join(unpacked, 'resources', 'engine', 'node');
      const download = start(person, node, ['-e', "fetch('https://huggingface.co/').catch(() => undefined)"], {
        inside: network.exec,
      });
      await download.ended;
      expect(network.packets() - before).toBeGreaterThan(0);
    } finally {
      network.remove();
      person.leave();
    }
  },
);
