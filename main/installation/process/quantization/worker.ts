import { parentPort } from 'node:worker_threads';
import { toErrorReport } from '../../../../preload/contract/errors.ts';
import { createSliceConverter } from './convert-slice.ts';
import { loadGgml } from './ggml.ts';
import type { Slice, SliceReply } from './slice.ts';

/** Entry of a quantization thread: answers each slice when it is written. */
function serve(port: NonNullable<typeof parentPort>): void {
  const convert = createSliceConverter(loadGgml());
  const answer = (reply: SliceReply) => port.postMessage(reply);
  port.on('message', (slice: Slice) => {
    try {
      convert(slice);
      answer({ ok: true });
    } catch (thrown) {
      answer({ ok: false, error: toErrorReport(thrown) });
    }
  });
}

if (parentPort === null) throw new Error('the quantization worker runs as a worker thread only');
serve(parentPort);
