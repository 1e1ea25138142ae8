import type { AssistantApi } from '../../preload/contract/api.ts';
import type { Backup, BackupPreview, BackupsState } from '../../preload/contract/backups.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { toAppError, unwrap } from '../lib/api.ts';
import { backupTime, restoredText, scheduleFailureText } from '../lib/backup-words.ts';
import type { AnnouncerStore } from './announcer.svelte.ts';
import type { NoticesStore } from './notices.svelte.ts';

/** The backup that is looked into: while it is read there is neither content nor failure. */
export interface OpenBackup {
  readonly backup: Backup;
  readonly preview: BackupPreview | null;
  readonly failure: string | null;
}

/** Copies of the database. Main makes them; this shows them and asks for them one at a time. */
export class BackupsStore {
  /** Null until they were read. */
  value = $state.raw<BackupsState | null>(null);
  /** What is going on. */
  running = $state<'create' | 'restore' | 'delete' | null>(null);
  open = $state.raw<OpenBackup | null>(null);
  readonly #api: AssistantApi;
  readonly #notices: NoticesStore;
  readonly #announcer: AnnouncerStore;

  constructor(api: AssistantApi, notices: NoticesStore, announcer: AnnouncerStore) {
    this.#api = api;
    this.#notices = notices;
    this.#announcer = announcer;
  }

  /** Follows them, and says once when one that was due could not be made; gives the function that stops following. */
  start(): () => void {
    let isFailing = false;
    return this.#api.backups.onChanged((state) => {
      this.value = state;
      const { failure } = state;
      if (failure !== null && !isFailing) {
        this.#notices.fail(new AppError(failure.code, scheduleFailureText(failure)));
      }
      isFailing = failure !== null;
    });
  }

  async refresh(): Promise<void> {
    try {
      this.value = await unwrap(this.#api.backups.list());
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  async create(): Promise<void> {
    await this.#run('create', async () => {
      const backup = await unwrap(this.#api.backups.create());
      this.#announcer.say(`Backup of ${backupTime(backup)} made.`);
    });
  }

  /** Looks into a backup. */
  async look(backup: Backup): Promise<void> {
    this.open = { backup, preview: null, failure: null };
    let looked: OpenBackup;
    try {
      const preview = await unwrap(this.#api.backups.preview({ backupId: backup.id }));
      looked = { backup, preview, failure: null };
    } catch (thrown) {
      looked = { backup, preview: null, failure: toAppError(thrown).message };
    }
    // It may be closed, or another one open by now.
    if (this.open.backup.id === backup.id) this.open = looked;
  }

  /** Closes what was looked into; a restore goes on to its end. */
  close(): void {
    if (this.running !== 'restore') this.open = null;
  }

  /** Restores a backup, and offers to take that back. */
  async restore(backup: Backup): Promise<void> {
    await this.#run('restore', async () => {
      const kept = await unwrap(this.#api.backups.restore({ backupId: backup.id }));
      this.open = null;
      this.#notices.undoable(restoredText(backup), () => void this.restore(kept));
    });
  }

  async delete(backup: Backup): Promise<void> {
    await this.#run('delete', async () => {
      await unwrap(this.#api.backups.delete({ backupId: backup.id }));
      this.#announcer.say(`Backup of ${backupTime(backup)} deleted.`);
    });
  }

  async showFolder(): Promise<void> {
    try {
      await unwrap(this.#api.backups.showFolder());
    } catch (failure) {
      this.#notices.fail(failure);
    }
  }

  async #run(kind: 'create' | 'restore' | 'delete', work: () => Promise<void>): Promise<void> {
    if (this.running !== null) return;
    this.running = kind;
    try {
      await work();
    } catch (failure) {
      this.#notices.fail(failure);
    } finally {
      this.running = null;
    }
  }
}
