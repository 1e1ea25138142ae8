import type { Draft, DraftsApi } from '../../preload/contract/drafts.ts';
import type { Envelope } from '../../preload/contract/errors.ts';

type Answer = <T>(method: string, input: unknown, work: () => T) => Promise<Envelope<T>>;

/** Unsent text as main keeps it. */
export class FakeDrafts {
  readonly api: DraftsApi;
  /** What is on disk. */
  saved: Draft[] = [];

  constructor(answer: Answer) {
    this.api = {
      list: () => answer('drafts.list', undefined, () => this.saved),
      save: (input) =>
        answer('drafts.save', input, () => {
          const others = this.saved.filter(
            ({ conversationId, insteadOf }) =>
              insteadOf !== input.insteadOf || (insteadOf === undefined && conversationId !== input.conversationId),
          );
          this.saved = input.text === '' ? others : [...others, input];
          return null;
        }),
    };
  }

  textOf(conversationId: string | null): string {
    return this.#find((draft) => draft.insteadOf === undefined && draft.conversationId === conversationId);
  }

  /** The new words of a question. */
  editOf(messageId: string): string {
    return this.#find(({ insteadOf }) => insteadOf === messageId);
  }

  #find(isIt: (draft: Draft) => boolean): string {
    return this.saved.find(isIt)?.text ?? '';
  }
}
