import { basename, resolve } from 'node:path';
import type { ConversionOrder } from '../terminal-tasks.ts';
import type { StartJob } from '../installation/client.ts';
import type { Terminal } from './ask.ts';

/**
 * Converts a checkpoint to a GGUF file, with progress on stderr. The first Ctrl+C stops it and keeps what is converted:
 * the same command goes on from there.
 */
export async function convert(
  order: ConversionOrder,
  json: boolean,
  startJob: StartJob,
  terminal: Terminal,
): Promise<void> {
  const { type } = order;
  const folder = resolve(order.folder);
  const outPath = resolve(order.outPath ?? `${folder}-${type}.gguf`);
  const startedMs = performance.now();
  let shownPercent = -1;
  const job = startJob(
    { kind: 'convert', folder, type, outPath },
    {
      proxyUrl: null,
      onProgress: ({ phase, fraction }) => {
        const percent = Math.floor(fraction * 100);
        if (percent === shownPercent || terminal.stderr.isTTY !== true || json) return;
        shownPercent = percent;
        const doing = phase === 'verifying' ? 'reading the finished file' : `converting to ${type}`;
        terminal.stderr.write(`\r${doing}: ${String(percent)} %   `);
      },
    },
  );
  const interrupt = (): void => {
    void job.stop();
  };
  terminal.once('SIGINT', interrupt);
  try {
    const { sizeBytes, sha256 } = await job.result;
    const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
    if (json) {
      terminal.stdout.write(`${JSON.stringify({ path: outPath, type, sizeBytes, sha256, seconds })}\n`);
      return;
    }
    if (terminal.stderr.isTTY === true) terminal.stderr.write('\r');
    const size = `${(sizeBytes / 1e9).toFixed(2)} GB`;
    terminal.stdout.write(`${basename(outPath)}: ${size} in ${String(seconds)} s\nSHA-256 ${sha256}\n`);
  } finally {
    terminal.off('SIGINT', interrupt);
  }
}
