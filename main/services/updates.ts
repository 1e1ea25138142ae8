import { AppError, toErrorReport, type ErrorReport } from '../../preload/contract/errors.ts';
import type { UpdateStep, UpdatesState, UpdateWay } from '../../preload/contract/updates.ts';
import { createEmitter } from './emitter.ts';
import type { SettingsService } from './settings.ts';

/** A version that is newer than this one. */
export interface FoundUpdate {
  version: string;
  sizeBytes: number | null;
}

/** What fetches and installs versions of the app. */
export interface Updater {
  /** Asks the page of releases; null when there is nothing newer. */
  look(): Promise<FoundUpdate | null>;
  /** Fetches and checks what was found. It is installed when the app quits. */
  fetch(onProgress: (doneBytes: number) => void, signal: AbortSignal): Promise<void>;
  /** Quits the app, installs what was fetched and starts it again. */
  installAndRestart(): void;
}

export interface UpdatesOptions {
  way: UpdateWay;
  releasesUrl: string;
  /** Not used where the app is brought up to date in another way. */
  updater: Updater;
  settings: Pick<SettingsService, 'get' | 'change' | 'onChanged'>;
  /** Whether any answer is queued or being written. */
  isAnswering: () => boolean;
  /** Calls back whenever an answer is done. */
  onAnswerDone: (listener: () => void) => () => void;
  now: () => number;
}

/** Whoever starts the app for the third time means to keep it. */
const startsBeforeQuestion = 3;
const dayMs = 24 * 60 * 60 * 1000;
/** A timer for a whole day would stand still while the computer sleeps. */
const considerEveryMs = 60 * 60 * 1000;
/** Started with the session, the app may be quicker than the network. */
const firstLookAfterMs = 60 * 1000;
/** A question that waits is asked a moment after the answer before it. */
const nextQuestionWithinMs = 2000;

/**
 * Newer versions of the app. It looks for them once a day at most and only where the owner wants that, fetches nothing
 * unasked, and never takes an answer away.
 */
export function createUpdates(options: UpdatesOptions) {
  const { way, releasesUrl, updater, settings, isAnswering, onAnswerDone, now } = options;
  const changed = createEmitter<UpdatesState>();
  const timers = new Set<NodeJS.Timeout>();
  let step: UpdateStep = { kind: 'idle' };
  let failure: ErrorReport | null = null;
  let fetching = new AbortController();
  let stopWaiting = (): void => undefined;

  const state = (): UpdatesState => {
    const { lookForUpdates, startsCounted, lookedForUpdatesAt } = settings.get();
    return {
      ...{ way, releasesUrl, step, failure },
      isAsking: way === 'self' && lookForUpdates === null && startsCounted >= startsBeforeQuestion,
      lookedAt: lookedForUpdatesAt,
    };
  };

  const move = (to: UpdateStep, because: unknown = null): void => {
    step = to;
    failure = because === null ? null : toErrorReport(because);
    changed.emit(state());
  };

  const look = async (): Promise<void> => {
    if (way !== 'self') throw new AppError('forbidden', 'This copy of the app does not update itself.');
    if (!['idle', 'newest', 'available'].includes(step.kind)) return;
    move({ kind: 'looking' });
    try {
      // Noted first: also a look that comes to nothing is one of the day.
      await settings.change({ lookedForUpdatesAt: now() });
      const found = await updater.look();
      move(found === null ? { kind: 'newest' } : { kind: 'available', ...found });
    } catch (error) {
      move({ kind: 'idle' }, error);
    }
  };

  const lookIfDue = async (): Promise<void> => {
    const { lookForUpdates, lookedForUpdatesAt } = settings.get();
    if (way !== 'self' || lookForUpdates !== true || !['idle', 'newest'].includes(step.kind)) return;
    const passedMs = lookedForUpdatesAt === null ? dayMs : now() - lookedForUpdatesAt;
    // One from the future says nothing: the clock was wrong then, or is now.
    if (passedMs >= dayMs || passedMs < 0) await look();
  };

  const fetch = async ({ version, sizeBytes }: FoundUpdate): Promise<void> => {
    fetching = new AbortController();
    const { signal } = fetching;
    const advance = (doneBytes: number): void => {
      if (!signal.aborted) move({ kind: 'fetching', version, sizeBytes, doneBytes });
    };
    advance(0);
    try {
      await updater.fetch(advance, signal);
      move({ kind: 'fetched', version });
    } catch (error) {
      move({ kind: 'available', version, sizeBytes }, signal.aborted ? null : error);
    }
  };

  const restart = (version: string): void => {
    try {
      updater.installAndRestart();
    } catch (error) {
      move({ kind: 'fetched', version }, error);
    }
  };

  /** Installs in the first pause that no waiting question ends. */
  const restartInPause = (version: string): void => {
    let timer: NodeJS.Timeout | undefined;
    const stopListening = onAnswerDone(() => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (isAnswering()) return;
        stopWaiting();
        restart(version);
      }, nextQuestionWithinMs);
    });
    stopWaiting = () => {
      clearTimeout(timer);
      stopListening();
      stopWaiting = () => undefined;
    };
    move({ kind: 'waiting', version });
  };

  const stopFollowing = settings.onChanged((after, before) => {
    const keys = ['lookForUpdates', 'startsCounted', 'lookedForUpdatesAt'] as const;
    if (keys.some((key) => after[key] !== before[key])) changed.emit(state());
    if (after.lookForUpdates === true && before.lookForUpdates !== true) void lookIfDue();
  });

  return {
    state,
    onChanged: changed.on,
    look,

    /** Begins to fetch what was found. */
    fetch(): void {
      if (step.kind !== 'available')
        throw new AppError('not-found', 'There is no update to fetch. Look for one first.');
      void fetch(step);
    },

    /** Restarts the app with the fetched version, at once or as soon as nothing is being written. */
    install(): void {
      if (step.kind !== 'fetched') {
        throw new AppError('not-found', 'There is no update to install. Look for one and fetch it first.');
      }
      if (isAnswering()) restartInPause(step.version);
      else restart(step.version);
    },

    /** Ends fetching or waiting. */
    cancel(): void {
      fetching.abort();
      stopWaiting();
      if (step.kind === 'waiting') move({ kind: 'fetched', version: step.version });
    },

    /** Counts this start as long as the question is open, and looks whenever a look is due, from now on. */
    async start(): Promise<void> {
      if (way !== 'self') return;
      timers.add(setTimeout(() => void lookIfDue(), firstLookAfterMs).unref());
      timers.add(setInterval(() => void lookIfDue(), considerEveryMs).unref());
      const { lookForUpdates, startsCounted } = settings.get();
      if (lookForUpdates === null && startsCounted < startsBeforeQuestion) {
        await settings.change({ startsCounted: startsCounted + 1 });
      }
    },

    dispose(): void {
      for (const timer of timers) clearInterval(timer);
      stopFollowing();
      stopWaiting();
      fetching.abort();
    },
  };
}

export type Updates = ReturnType<typeof createUpdates>;
