import type { Backup } from '../../preload/contract/backups.ts';
import type { Envelope, ErrorReport } from '../../preload/contract/errors.ts';
import type { RecoveryApi, RecoveryOutcome, RecoveryState } from '../../preload/contract/recovery.ts';

/** What main knows while the conversations cannot be opened. */
export class FakeRecovery {
  state: RecoveryState = {
    attempt: 1,
    problem: 'damaged',
    message: 'The file of the conversations is damaged.',
    cause: 'SQLITE_NOTADB: file is not a database',
    databasePath: '/home/owner/data/conversations.sqlite3',
    backups: [],
    fraction: null,
    done: null,
  };
  readonly calls: string[] = [];
  /** Methods that fail, by name, with what. */
  readonly failing = new Map<string, ErrorReport>();
  /** Work that goes on until the test lets it end. */
  #ends: (() => void) | null = null;

  readonly api: RecoveryApi = {
    state: () => this.#answer('state', () => this.state),
    tryAgain: () => this.#answer('tryAgain', () => null),
    openAsIs: () => this.#answer('openAsIs', () => null),
    salvage: () =>
      this.#work('salvage', {
        kind: 'salvaged',
        report: { conversations: 12, messages: 1, missingMessages: 2, unreadableRows: 1 },
      }),
    cancel: () =>
      this.#answer('cancel', () => {
        this.failing.set('salvage', { code: 'cancelled', message: 'Cancelled.', details: {} });
        this.finish();
        return null;
      }),
    restore: ({ backupId }) => {
      const backup = this.state.backups.find(({ id }) => id === backupId) ?? backupOf(backupId, 0);
      return this.#work(`restore ${backupId}`, { kind: 'restored', backup });
    },
    startEmpty: () => this.#work('startEmpty', { kind: 'emptied' }),
    goOn: () => this.#answer('goOn', () => null),
    showFolder: () => this.#answer('showFolder', () => null),
    quit: () => this.#answer('quit', () => null),
  };

  /** Lets the work under way end. */
  finish(): void {
    this.#ends?.();
  }

  async #work(method: string, outcome: RecoveryOutcome): Promise<Envelope<RecoveryState>> {
    this.calls.push(method);
    await new Promise<void>((end) => (this.#ends = end));
    const error = this.failing.get(method);
    if (error !== undefined) return { ok: false, error };
    this.state = { ...this.state, fraction: null, done: { outcome, keptFolder: '/home/owner/data/before' } };
    return { ok: true, value: this.state };
  }

  async #answer<T>(method: string, work: () => T): Promise<Envelope<T>> {
    if (method !== 'state') this.calls.push(method);
    const error = this.failing.get(method);
    return Promise.resolve(error === undefined ? { ok: true, value: work() } : { ok: false, error });
  }
}

export function backupOf(id: string, createdAt: number): Backup {
  return { id, createdAt, reason: 'schedule', sizeBytes: 2_000_000 };
}
