import type { Backup, BackupPreview, BackupsApi, BackupsState } from '../../preload/contract/backups.ts';
import type { Envelope, ErrorReport } from '../../preload/contract/errors.ts';
import { follow } from './fake-library.ts';

type Answer = <T>(method: string, input: unknown, work: () => T) => Promise<Envelope<T>>;

/** A backup on schedule; tests change what they look at. */
export function backupOf(createdAt: number, change: Partial<Backup> = {}): Backup {
  const reason = change.reason ?? 'schedule';
  return { id: `b-${String(createdAt)}-${reason}`, reason, createdAt, sizeBytes: 1_200_000, ...change };
}

/** Backups as a window sees them; tests put there what they need. */
export class FakeBackups {
  backups: Backup[] = [];
  failure: ErrorReport | null = null;
  content: Omit<BackupPreview, 'backup'> = {
    ...{ conversations: 12, messages: 340, wouldGo: 3, wouldReturn: 1 },
    newest: [{ title: 'Cats', updatedAt: Date.UTC(2026, 10, 20, 12) }],
  };
  nowMs = Date.UTC(2026, 10, 23, 12);
  readonly api: BackupsApi;
  readonly #listeners = new Set<(state: BackupsState) => void>();
  #held: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;

  constructor(answer: Answer) {
    this.api = {
      list: () => answer('backups.list', undefined, () => this.#state()),
      create: async () => {
        await this.#held;
        return answer('backups.create', undefined, () => this.#add('owner'));
      },
      preview: async (input) => {
        await this.#held;
        return answer('backups.preview', input, () => ({ backup: this.#find(input.backupId), ...this.content }));
      },
      restore: async (input) => {
        await this.#held;
        return answer('backups.restore', input, () => {
          this.#find(input.backupId);
          return this.#add('restore');
        });
      },
      delete: (input) =>
        answer('backups.delete', input, () => {
          this.backups = this.backups.filter(({ id }) => id !== input.backupId);
          this.tell();
          return null;
        }),
      showFolder: () => answer('backups.showFolder', undefined, () => null),
      onChanged: (listener) => follow(this.#listeners, listener),
    };
  }

  /** From now on work goes on until `finish`. */
  hold(): void {
    this.#held = new Promise((resolve) => (this.#release = resolve));
  }

  finish(): void {
    this.#release();
    this.#held = Promise.resolve();
  }

  tell(): void {
    for (const listener of this.#listeners) listener(this.#state());
  }

  #state(): BackupsState {
    return { backups: this.backups, failure: this.failure };
  }

  #add(reason: Backup['reason']): Backup {
    const backup = backupOf((this.nowMs += 60_000), { reason });
    this.backups = [backup, ...this.backups];
    this.tell();
    return backup;
  }

  #find(backupId: string): Backup {
    const backup = this.backups.find(({ id }) => id === backupId);
    if (backup === undefined) throw new Error(`no backup ${backupId}`);
    return backup;
  }
}
