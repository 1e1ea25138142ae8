import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createUpdates, type FoundUpdate } from '../../../main/services/updates.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import { settingsSchema, type Settings } from '../../../preload/contract/settings.ts';
import type { UpdateWay } from '../../../preload/contract/updates.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const update: FoundUpdate = { version: '0.2.0', sizeBytes: 1000 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Settings that are kept in memory. */
function settingsIn(first: Partial<Settings>) {
  let current: Settings = { ...settingsSchema.parse({}), ...first };
  const listeners = new Set<(now: Settings, before: Settings) => void>();
  return {
    get: () => current,
    async change(patch: { [K in keyof Settings]?: Settings[K] | undefined }): Promise<Settings> {
      const before = current;
      current = { ...current, ...(patch as Partial<Settings>) };
      for (const listener of listeners) listener(current, before);
      return current;
    },
    onChanged(listener: (now: Settings, before: Settings) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Updates over an updater that finds what the test says and fetches until the test ends it. */
function open({ way = 'self', ...first }: Partial<Settings> & { way?: UpdateWay } = {}) {
  const settings = settingsIn(first);
  const answers = { isAnswering: false, done: new Set<() => void>() };
  const fetches: { end(error?: Error): void; advance(bytes: number): void; signal: AbortSignal }[] = [];
  const updater = {
    look: vi.fn(async (): Promise<FoundUpdate | null> => null),
    fetch: vi.fn((advance: (bytes: number) => void, signal: AbortSignal) => {
      return new Promise<void>((resolve, reject) => {
        const end = (error?: Error): void => (error === undefined ? resolve() : reject(error));
        signal.addEventListener('abort', () => end(new Error('cancelled')));
        fetches.push({ end, advance, signal });
      });
    }),
    installAndRestart: vi.fn(),
  };
  const updates = createUpdates({
    ...{ way, updater, settings },
    releasesUrl: 'https://example.org/releases',
    isAnswering: () => answers.isAnswering,
    onAnswerDone(listener) {
      answers.done.add(listener);
      return () => answers.done.delete(listener);
    },
    now: Date.now,
  });
  /** An answer ends, and a question that waits is asked at once, or nothing is left to write. */
  const finishAnswer = (isNextOneAsked: boolean): void => {
    answers.isAnswering = isNextOneAsked;
    for (const listener of [...answers.done]) listener();
  };
  const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  return { updates, updater, settings, answers, fetches, finishAnswer, pass };
}

/** Updates where one is fetched. */
async function openFetched() {
  const opened = open();
  opened.updater.look.mockResolvedValue(update);
  await opened.updates.look();
  opened.updates.fetch();
  opened.fetches[0]?.end();
  await opened.pass(0);
  expect(opened.updates.state().step).toEqual({ kind: 'fetched', version: '0.2.0' });
  return opened;
}

describe('the question', () => {
  it('is asked at the third start and until it is answered', async () => {
    let first: Partial<Settings> = {};
    const asked: boolean[] = [];
    for (let start = 1; start <= 5; start += 1) {
      const { updates, settings } = open(first);
      await updates.start();
      asked.push(updates.state().isAsking);
      first = settings.get();
      updates.dispose();
    }
    expect(asked).toEqual([false, false, true, true, true]);
    expect(first.startsCounted).toBe(3);
  });

  it.each([true, false])('is never asked again after the answer %s', async (lookForUpdates) => {
    const { updates, settings } = open({ startsCounted: 3 });
    const states = vi.fn();
    updates.onChanged(states);
    await updates.start();
    await settings.change({ lookForUpdates });
    expect(updates.state().isAsking).toBe(false);
    expect(states).toHaveBeenLastCalledWith(expect.objectContaining({ isAsking: false }));
  });

  it.each(['package', 'folder', 'sources'] as const)('is not asked where the app comes as %s', async (way) => {
    const { updates, settings, updater, pass } = open({ way, startsCounted: 3 });
    await updates.start();
    expect(updates.state().isAsking).toBe(false);
    await settings.change({ lookForUpdates: true });
    await pass(3 * dayMs);
    await expect(updates.look()).rejects.toMatchObject({ code: 'forbidden' });
    expect(updater.look).not.toHaveBeenCalled();
  });
});

describe('looking', () => {
  it.each([null, false])('never happens by itself where the owner has answered %s', async (lookForUpdates) => {
    const { updates, updater, pass } = open({ lookForUpdates });
    await updates.start();
    await pass(10 * dayMs);
    expect(updater.look).not.toHaveBeenCalled();
  });

  it('happens once a day', async () => {
    const { updates, updater, pass } = open({ lookForUpdates: true });
    await updates.start();
    await pass(2 * minuteMs);
    expect(updater.look).toHaveBeenCalledTimes(1);
    await pass(23 * hourMs);
    expect(updater.look).toHaveBeenCalledTimes(1);
    await pass(2 * hourMs);
    expect(updater.look).toHaveBeenCalledTimes(2);
  });

  it('happens once a day also when the app is started again and again, and when it fails', async () => {
    let first: Partial<Settings> = { lookForUpdates: true };
    let looks = 0;
    for (let start = 0; start < 5; start += 1) {
      const { updates, updater, settings, pass } = open(first);
      updater.look.mockRejectedValue(new Error('offline'));
      await updates.start();
      await pass(hourMs);
      looks += updater.look.mock.calls.length;
      first = settings.get();
      updates.dispose();
    }
    expect(looks).toBe(1);
  });

  it('does not wait for years after the clock was wrong', async () => {
    const { updates, updater, pass } = open({ lookForUpdates: true, lookedForUpdatesAt: Date.now() + 900 * dayMs });
    await updates.start();
    await pass(2 * minuteMs);
    expect(updater.look).toHaveBeenCalledTimes(1);
  });

  it('begins when it is switched on, and stops with it', async () => {
    const { updates, updater, settings, pass } = open({ lookForUpdates: false });
    await updates.start();
    await settings.change({ lookForUpdates: true });
    await pass(0);
    expect(updater.look).toHaveBeenCalledTimes(1);
    await settings.change({ lookForUpdates: false });
    await pass(5 * dayMs);
    expect(updater.look).toHaveBeenCalledTimes(1);
  });

  it('by hand happens at any time, and says that there is nothing newer', async () => {
    const { updates, updater } = open({ lookedForUpdatesAt: Date.now() });
    await Promise.all([updates.look(), updates.look()]);
    expect(updater.look).toHaveBeenCalledTimes(1);
    expect(updates.state()).toMatchObject({ step: { kind: 'newest' }, failure: null, lookedAt: Date.now() });
  });

  it('tells a failure in its words, and forgets it with the next look', async () => {
    const { updates, updater } = open();
    updater.look.mockRejectedValueOnce(new AppError('network-failed', 'The page of releases could not be reached.'));
    await updates.look();
    expect(updates.state()).toMatchObject({ step: { kind: 'idle' }, failure: { code: 'network-failed' } });
    await updates.look();
    expect(updates.state()).toMatchObject({ step: { kind: 'newest' }, failure: null });
  });
});

describe('fetching', () => {
  it('does not begin by itself, however long an update is there', async () => {
    const { updates, updater, pass } = open({ lookForUpdates: true });
    updater.look.mockResolvedValue(update);
    await updates.start();
    await pass(3 * dayMs);
    expect(updates.state().step).toEqual({ kind: 'available', ...update });
    expect(updater.fetch).not.toHaveBeenCalled();
  });

  it('tells how far it is, and begins once', async () => {
    const { updates, updater, fetches } = open();
    updater.look.mockResolvedValue(update);
    expect(() => updates.fetch()).toThrow('There is no update to fetch.');
    await updates.look();
    updates.fetch();
    fetches[0]?.advance(400);
    expect(updates.state().step).toEqual({ kind: 'fetching', ...update, doneBytes: 400 });
    expect(() => updates.fetch()).toThrow('There is no update to fetch.');
    await updates.look();
    expect(updates.state().step.kind).toBe('fetching');
  });

  it('that is ended leaves the update there and says nothing more', async () => {
    const { updates, updater, fetches, pass } = open();
    updater.look.mockResolvedValue(update);
    await updates.look();
    updates.fetch();
    updates.cancel();
    fetches[0]?.advance(500);
    await pass(0);
    expect(fetches[0]?.signal.aborted).toBe(true);
    expect(updates.state()).toMatchObject({ step: { kind: 'available' }, failure: null });
  });

  it('that fails says why, and can be begun again', async () => {
    const { updates, updater, fetches, pass } = open();
    updater.look.mockResolvedValue(update);
    await updates.look();
    updates.fetch();
    fetches[0]?.end(new AppError('disk-full', 'The disk is full.'));
    await pass(0);
    expect(updates.state()).toMatchObject({ step: { kind: 'available' }, failure: { code: 'disk-full' } });
    updates.fetch();
    expect(updates.state()).toMatchObject({ step: { kind: 'fetching' }, failure: null });
  });
});

describe('installing', () => {
  it('happens at once while nothing is being written', async () => {
    const { updates, updater } = await openFetched();
    updates.install();
    expect(updater.installAndRestart).toHaveBeenCalledTimes(1);
  });

  it('waits for the answer and for the questions behind it', async () => {
    const { updates, updater, answers, finishAnswer, pass } = await openFetched();
    answers.isAnswering = true;
    updates.install();
    expect(updates.state().step).toEqual({ kind: 'waiting', version: '0.2.0' });
    await pass(hourMs);
    finishAnswer(true);
    await pass(hourMs);
    expect(updater.installAndRestart).not.toHaveBeenCalled();
    finishAnswer(false);
    await pass(minuteMs);
    expect(updater.installAndRestart).toHaveBeenCalledTimes(1);
    expect(answers.done.size).toBe(0);
  });

  it('does not come between an answer and a question that follows at once', async () => {
    const { updates, updater, answers, finishAnswer, pass } = await openFetched();
    answers.isAnswering = true;
    updates.install();
    finishAnswer(false);
    await pass(500);
    answers.isAnswering = true;
    await pass(hourMs);
    expect(updater.installAndRestart).not.toHaveBeenCalled();
  });

  it('can be taken back while it waits', async () => {
    const { updates, updater, answers, finishAnswer, pass } = await openFetched();
    answers.isAnswering = true;
    updates.install();
    updates.cancel();
    expect(updates.state().step).toEqual({ kind: 'fetched', version: '0.2.0' });
    finishAnswer(false);
    await pass(hourMs);
    expect(updater.installAndRestart).not.toHaveBeenCalled();
  });

  it('is refused as long as nothing is fetched', () => {
    const { updates } = open();
    expect(() => updates.install()).toThrow('There is no update to install.');
  });
});
