import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../../support/database.ts';

const heartbeats = `setInterval(() => process.send?.({ kind: 'heartbeat' }), 20);`;

/** Small programs in place of the engine, each with one way to behave badly. */
const programs = {
  /** Answers loads and generations, leaves when asked to. */
  polite: `${heartbeats}
    process.on('message', (request) => {
      if (request.kind === 'load') {
        process.send({ kind: 'load-progress', id: request.id, fraction: 0.5 });
        process.send({ kind: 'loaded', id: request.id, model: { name: request.modelPath } });
      }
      if (request.kind === 'generate') {
        process.send({ kind: 'reading', id: request.id, done: 1, total: 2, reused: 0 });
        process.send({ kind: 'text', id: request.id, text: 'Hel' });
      }
      if (request.kind === 'cancel') process.send({ kind: 'generated', id: request.id, stopReason: 'stopped', usage: null });
      if (request.kind === 'shut-down') process.exit(0);
    });`,
  /** Refuses whatever it is asked, with a code. */
  refusing: `${heartbeats}
    process.on('message', ({ id, kind }) => {
      if (kind === 'shut-down') process.exit(0);
      process.send({ kind: 'failed', id, error: { code: 'model-unreadable', message: 'No.', details: { n: 1 } } });
    });`,
  /** Writes to its log and dies at the first request. */
  dying: `${heartbeats}
    process.on('message', () => {
      process.stderr.write('GGML_ASSERT: something is wrong\\n', () => process.exit(3));
    });`,
  aborting: `${heartbeats} process.on('message', () => process.abort());`,
  /** Lives, but its thread of JavaScript hangs. */
  hanging: `${heartbeats} process.on('message', () => { for (;;); });`,
  /** Does not leave. */
  stubborn: `${heartbeats} process.on('message', () => undefined); process.on('SIGTERM', () => undefined);`,
  /** Ends before it says anything. */
  stillborn: `process.exit(9);`,
} as const;

export type FakeEngine = keyof typeof programs;

/** Path of an engine entry that behaves as named. */
export function fakeEngine(name: FakeEngine): string {
  const path = join(temporaryFolder(), `${name}.mjs`);
  writeFileSync(path, programs[name]);
  return path;
}
