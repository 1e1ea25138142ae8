import { toAppError } from '../lib/api.ts';

/** Long enough to read and reach; the same for every notice that can be undone. */
export const undoTimeMs = 10_000;

export interface Notice {
  readonly id: number;
  readonly tone: 'plain' | 'failure';
  readonly text: string;
  readonly undo: (() => void) | null;
}

/** Short messages at the foot of the window. The newest is shown; the one below comes back when it goes. */
export class NoticesStore {
  #notices = $state.raw<Notice[]>([]);
  readonly newest = $derived(this.#notices.at(-1) ?? null);
  #nextId = 1;

  /** Says that something was done, with a way back for ten seconds. */
  undoable(text: string, undo: () => void): void {
    this.#add({ id: this.#nextId++, tone: 'plain', text, undo });
  }

  /** Says that something was done. */
  say(text: string): void {
    this.#add({ id: this.#nextId++, tone: 'plain', text, undo: null });
  }

  /** Says what failed, in the words the failure came with. */
  fail(thrown: unknown): void {
    this.#add({ id: this.#nextId++, tone: 'failure', text: toAppError(thrown).message, undo: null });
  }

  dismiss(id: number): void {
    this.#notices = this.#notices.filter((notice) => notice.id !== id);
  }

  /** Takes back what the shown notice reports. False when there is nothing to take back. */
  undoNewest(): boolean {
    const notice = this.newest;
    if (notice?.undo == null) return false;
    this.dismiss(notice.id);
    notice.undo();
    return true;
  }

  #add(notice: Notice): void {
    this.#notices = [...this.#notices, notice];
  }
}
