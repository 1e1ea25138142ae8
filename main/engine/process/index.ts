import { writeFile } from 'node:fs/promises';
import { heartbeatIntervalMs, type EngineEvent, type EngineRequest } from '../protocol.ts';
import { useAddon } from './addon.ts';
import { createEngine } from './engine.ts';
import { loadLlamaModel } from './llama.ts';

/**
 * Entry of the engine process: a plain Node child of main, because Electron ends any of its own processes that
 * allocates more than 2 GiB at once, which llama.cpp does for a 12B model.
 */

/** The kernel ends the greediest process when memory runs out: that should be this one, never the window. */
const oomScoreAdjustment = '500';

if (process.platform === 'linux') {
  void writeFile('/proc/self/oom_score_adj', oomScoreAdjustment).catch(() => undefined);
}

const addonFolder = process.argv[2];
if (addonFolder !== undefined) useAddon(addonFolder);

function send(event: EngineEvent): void {
  if (process.connected) process.send?.(event);
}

const engine = createEngine(send, loadLlamaModel);
const heartbeat = setInterval(() => {
  send({ kind: 'heartbeat' });
}, heartbeatIntervalMs);

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  clearInterval(heartbeat);
  await engine.dispose();
  process.exit(0);
}

process.on('message', (request: EngineRequest) => {
  engine.handle(request);
  if (request.kind === 'shut-down') void end();
});
// Main is gone, so nobody is left to answer. What was said is in the database.
process.on('disconnect', () => process.exit(0));
// It may have gone while this module was loading, before anybody listened.
if (!process.connected) process.exit(0);
process.on('SIGINT', () => undefined);
