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
          const others = this.saved.filter(({ conversationId }) => conversationId !== input.conversationId);
          this.saved = input.text === '' ? others : [...others, input];
          return null;
        }),
    };
  }

  textOf(conversationId: string | null): string {
    return this.saved.find((draft) => draft.conversationId === conversationId)?.text ?? '';
  }
}
