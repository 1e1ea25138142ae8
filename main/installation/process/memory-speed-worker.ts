import { parentPort } from 'node:worker_threads';
import { bufferBytes, type ThreadSpeed } from './memory-speed.ts';

/** Reads memory for a moment. `indexOf` for a byte that is not there is a plain scan in native code. */

const scanMs = 400;

const buffer = Buffer.alloc(bufferBytes, 1);
buffer.indexOf(0); // The first time fetches the pages from the system.
let scanned = 0;
const startedMs = performance.now();
let elapsedMs = 0;
while (elapsedMs < scanMs) {
  buffer.indexOf(0);
  scanned += bufferBytes;
  elapsedMs = performance.now() - startedMs;
}
parentPort?.postMessage({ bytesPerSecond: (scanned * 1000) / elapsedMs } satisfies ThreadSpeed);
