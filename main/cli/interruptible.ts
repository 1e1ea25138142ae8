import type { Terminal } from './ask.ts';

/** What work in the terminal is given. */
export interface TerminalWork {
  /** Aborted by Ctrl+C. */
  signal: AbortSignal;
  /** Puts a line of progress in the place of the one before, where somebody reads it. */
  tell: (line: string) => void;
}

/** Runs work that Ctrl+C ends, with its progress on stderr. */
export async function interruptible<T>(
  terminal: Terminal,
  json: boolean,
  work: (task: TerminalWork) => Promise<T>,
): Promise<T> {
  const isTold = terminal.stderr.isTTY === true && !json;
  const stopping = new AbortController();
  const interrupt = (): void => {
    stopping.abort();
  };
  let shown = '';
  const tell = (line: string): void => {
    if (line === shown || !isTold) return;
    shown = line;
    terminal.stderr.write(`\r${line}   `);
  };
  terminal.once('SIGINT', interrupt);
  try {
    const result = await work({ signal: stopping.signal, tell });
    if (isTold) terminal.stderr.write('\r');
    return result;
  } finally {
    terminal.off('SIGINT', interrupt);
  }
}

/** A part of the whole in whole percent, as in `reading: 42 %`. */
export function percentOf(fraction: number): string {
  return `${String(Math.floor(fraction * 100))} %`;
}
