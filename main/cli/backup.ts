import { resolve } from 'node:path';
import type { Backups } from '../services/backups.ts';
import type { Terminal } from './ask.ts';

/** What `--backup` asks for. */
export interface BackupCommand {
  /** The file to write; nothing that is there is replaced. */
  path: string;
  json: boolean;
}

/** Writes a verified copy of the database, also while the app is running. Ctrl+C ends it; no unfinished file stays. */
export async function backUp(
  { backups }: { backups: Pick<Backups, 'writeTo'> },
  { path, json }: BackupCommand,
  terminal: Terminal,
): Promise<void> {
  const isTold = terminal.stderr.isTTY === true && !json;
  const stopping = new AbortController();
  const interrupt = (): void => {
    stopping.abort();
  };
  let shownPercent = -1;
  terminal.once('SIGINT', interrupt);
  try {
    const copy = await backups.writeTo(resolve(path), {
      signal: stopping.signal,
      onProgress: (fraction) => {
        const percent = Math.floor(fraction * 100);
        if (percent === shownPercent || !isTold) return;
        shownPercent = percent;
        terminal.stderr.write(`\rcopying: ${String(percent)} %   `);
      },
    });
    if (isTold) terminal.stderr.write('\r');
    terminal.stdout.write(
      json ? `${JSON.stringify(copy)}\n` : `${copy.path}: ${String(copy.sizeBytes)} bytes, checked\n`,
    );
  } finally {
    terminal.off('SIGINT', interrupt);
  }
}
