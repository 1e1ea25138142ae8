import { resolve } from 'node:path';
import type { Backups } from '../services/backups.ts';
import type { Terminal } from './ask.ts';
import { interruptible, percentOf } from './interruptible.ts';

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
  const copy = await interruptible(terminal, json, ({ signal, tell }) =>
    backups.writeTo(resolve(path), { signal, onProgress: (fraction) => tell(`copying: ${percentOf(fraction)}`) }),
  );
  terminal.stdout.write(
    json ? `${JSON.stringify(copy)}\n` : `${copy.path}: ${String(copy.sizeBytes)} bytes, checked\n`,
  );
}
