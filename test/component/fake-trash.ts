import type { Envelope } from '../../preload/contract/errors.ts';
import type { EraseReport, TrashApi, TrashEntry } from '../../preload/contract/trash.ts';

type Answer = <T>(method: string, input: unknown, work: () => T) => Promise<Envelope<T>>;

const dayMs = 24 * 60 * 60 * 1000;

/** Something that was deleted a day ago; tests change what they look at. */
export function trashEntry(change: Partial<TrashEntry> & Pick<TrashEntry, 'id'>): TrashEntry {
  const deletedAt = change.deletedAt ?? Date.now() - dayMs;
  return {
    kind: 'conversation',
    conversationId: change.id,
    title: 'A conversation',
    excerpt: null,
    messages: 4,
    deletedAt,
    expiresAt: deletedAt + 30 * dayMs,
    ...change,
  };
}

/** The trash as a window sees it; tests put there what they need. */
export class FakeTrash {
  entries: TrashEntry[] = [];
  /** What erasing reports beyond what was there. */
  report: Partial<EraseReport> = {};
  readonly api: TrashApi;

  constructor(answer: Answer) {
    this.api = {
      list: () => answer('trash.list', undefined, () => this.entries),
      restore: (input) =>
        answer('trash.restore', input, () => {
          this.#take(input.entries);
          return null;
        }),
      erase: (input) =>
        answer('trash.erase', input, () => {
          const taken = this.#take(input.entries ?? this.entries);
          const conversations = taken.filter(({ kind }) => kind === 'conversation').length;
          const none = { hasTraces: false, backupsCleaned: 0, backupsLeft: 0 };
          return { conversations, branches: taken.length - conversations, ...none, ...this.report };
        }),
    };
  }

  #take(entries: readonly Pick<TrashEntry, 'kind' | 'id'>[]): TrashEntry[] {
    const isTaken = ({ kind, id }: TrashEntry): boolean =>
      entries.some((entry) => entry.kind === kind && entry.id === id);
    const taken = this.entries.filter(isTaken);
    this.entries = this.entries.filter((entry) => !isTaken(entry));
    return taken;
  }
}
