import { trashDays, type EraseReport, type TrashEntry } from '../../preload/contract/trash.ts';
import type { DatabaseClient, Erased, TrashReference } from '../database/protocol.ts';
import type { Conversations } from './conversations.ts';

export interface TrashOptions {
  database: Pick<DatabaseClient, 'listTrash' | 'restoreTrash' | 'eraseTrash' | 'purgeDeleted' | 'scrubErased'>;
  conversations: Pick<Conversations, 'announceSaved' | 'announceRenewal'>;
  /**
   * Erases conversations, and branches by their first messages, in the backups, and then does `andThen` before any other
   * backup can be made; tells how many were and were not cleaned.
   */
  eraseInBackups: (
    conversationIds: string[],
    messageIds: string[],
    andThen: () => Promise<void>,
  ) => Promise<{ cleaned: number; left: number }>;
  /** Removes what the engine knows and saved of conversations. */
  forgetStates: (conversationIds: readonly string[]) => Promise<void>;
  now: () => number;
}

const keptMs = trashDays * 24 * 60 * 60 * 1000;
/** Entries erased in one step of the database: answers that are being written are saved between two steps. */
const erasedAtOnce = 100;

/** What was deleted: it comes back, or is erased for good, by the owner or after thirty days. */
export function createTrash({ database, conversations, eraseInBackups, forgetStates, now }: TrashOptions) {
  const list = async (): Promise<TrashEntry[]> =>
    (await database.listTrash()).map((item) => ({ ...item, expiresAt: item.deletedAt + keptMs }));

  /** A branch may be known to the engine beside the rest of its conversation. */
  const forget = ({ conversationIds, branches }: Erased): Promise<void> =>
    forgetStates([...conversationIds, ...branches.map((branch) => branch.conversationId)]);

  /** Adds what it erased to `all`. */
  const eraseInSteps = async (entries: readonly TrashReference[], all: Erased): Promise<void> => {
    for (let start = 0; start < entries.length; start += erasedAtOnce) {
      const step = entries.slice(start, start + erasedAtOnce).map(({ kind, id }) => ({ kind, id }));
      const erased = await database.eraseTrash(step);
      await forget(erased);
      all.conversationIds.push(...erased.conversationIds);
      all.branches.push(...erased.branches);
    }
  };

  return {
    /** Newest first. */
    list,
    /** Brings back what is still there. Fails with `not-found` when nothing of it is. */
    async restore(entries: readonly TrashReference[]): Promise<null> {
      const conversationIds = await database.restoreTrash(entries);
      // A branch that came back changes the transcript of its conversation as well.
      if (entries.some(({ kind }) => kind === 'branch')) conversations.announceRenewal();
      else await conversations.announceSaved(conversationIds);
      return null;
    },
    /** Erases for good, null everything in the trash; what is not in the trash stays as it is. */
    async erase(order: { entries: readonly TrashReference[] | null; alsoInBackups: boolean }): Promise<EraseReport> {
      const wanted = order.entries && new Set(order.entries.map(({ kind, id }) => `${kind} ${id}`));
      const entries = (await database.listTrash()).filter(({ kind, id }) => wanted?.has(`${kind} ${id}`) ?? true);
      const idsOf = (wantedKind: TrashReference['kind']): string[] =>
        entries.filter(({ kind }) => kind === wantedKind).map(({ id }) => id);
      const erased: Erased = { conversationIds: [], branches: [] };
      const eraseHere = (): Promise<void> => eraseInSteps(entries, erased);
      // The backups first: after a kill in between the trash still knows what is to be erased in them.
      const backups =
        order.alsoInBackups && entries.length > 0
          ? await eraseInBackups(idsOf('conversation'), idsOf('branch'), eraseHere)
          : await eraseHere().then(() => ({ cleaned: 0, left: 0 }));
      // An automatic title may have come from a branch that is gone.
      await conversations.announceSaved(erased.branches.map((branch) => branch.conversationId));
      return {
        conversations: erased.conversationIds.length,
        branches: erased.branches.length,
        hasTraces: !(await database.scrubErased()),
        backupsCleaned: backups.cleaned,
        backupsLeft: backups.left,
      };
    },
    /** Erases what has been in the trash for thirty days, and what an earlier erasing left behind. */
    async expire(): Promise<void> {
      for (let isDone = false; !isDone;) {
        const erased = await database.purgeDeleted(now() - keptMs);
        await forget(erased);
        isDone = erased.conversationIds.length + erased.branches.length === 0;
      }
      await database.scrubErased();
    },
  };
}

export type Trash = ReturnType<typeof createTrash>;
