import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../preload/contract/errors.ts';
import type { PrintPage } from '../services/export/exports.ts';
import type { PrintReply, PrintRequest } from './protocol.ts';

export interface PrintingOptions {
  /** How an Electron is started here. */
  program: string;
  args: readonly string[];
  /** Entry of the process that prints, as the build made it. */
  entryPath: string;
}

/** A process that was told to end gets this long before it is ended by force. */
const endLimitMs = 5_000;
const keptLogChars = 2_000;

interface Running {
  child: ChildProcess;
  gone: Promise<void>;
}

/**
 * Prints for programs that are no Electron themselves: the first page starts one, further pages go through the same.
 * Nothing is started where nothing is printed.
 */
export function createPrinting({ program, args, entryPath }: PrintingOptions) {
  let runningSoon: Promise<Running> | null = null;
  /** The pages that were asked for, by the ids of their requests. */
  const waiting = new Map<number, PromiseWithResolvers<Uint8Array>>();
  let lastId = 0;

  const start = async (): Promise<Running> => {
    const browserFolder = await mkdtemp(join(tmpdir(), 'oasst-desktop-printing-'));
    const child = spawn(program, [...args, entryPath, browserFolder], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined, NODE_OPTIONS: undefined },
      windowsHide: true,
    });
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-keptLogChars);
    });
    child.on('message', (reply: PrintReply) => {
      if (reply.ok) waiting.get(reply.id)?.resolve(reply.pdf);
      else waiting.get(reply.id)?.reject(AppError.fromReport(reply.error));
    });
    const gone = new Promise<void>((resolve) => {
      const leave = (why: string): void => {
        for (const page of waiting.values()) page.reject(ended(why, log));
        runningSoon = null;
        // What Chromium left there is of no use to anybody.
        void rm(browserFolder, { recursive: true, force: true, maxRetries: 3 }).then(resolve, resolve);
      };
      child.once('error', (error) => {
        leave(error.message);
      });
      child.once('exit', (code, signal) => {
        leave(signal ?? `exit code ${String(code)}`);
      });
    });
    return { child, gone };
  };

  const printPage: PrintPage = async (html, signal) => {
    const { child } = await (runningSoon ??= start());
    signal.throwIfAborted();
    const id = (lastId += 1);
    const page = Promise.withResolvers<Uint8Array>();
    const giveUp = (): void => {
      page.reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    waiting.set(id, page);
    try {
      child.send({ id, html } satisfies PrintRequest, () => undefined); // A write to a dead process is told by its exit.
      return await page.promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
      waiting.delete(id);
    }
  };

  return {
    printPage,
    /** Ends the process. Resolves when it is gone, with what it kept. */
    async dispose(): Promise<void> {
      const running = await runningSoon?.catch(() => null);
      if (running == null) return;
      const { child, gone } = running;
      if (child.connected) child.disconnect();
      const limit = setTimeout(() => child.kill('SIGKILL'), endLimitMs);
      await gone;
      clearTimeout(limit);
    },
  };
}

function ended(why: string, log: string): AppError {
  return new AppError('internal', 'The Electron that makes PDF files ended before its time. Export HTML instead.', {
    cause: why,
    log,
  });
}

export type Printing = ReturnType<typeof createPrinting>;
