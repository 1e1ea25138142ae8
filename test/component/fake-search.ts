import type { Envelope } from '../../preload/contract/errors.ts';
import type { SearchApi, SearchHit, SearchInput, SearchPage } from '../../preload/contract/search.ts';

type Answer = <T>(method: string, input: unknown, work: () => T) => Promise<Envelope<T>>;

/** What tests look at of a hit; the rest is plain. */
export function searchHit(change: Partial<SearchHit> & Pick<SearchHit, 'conversationId'>): SearchHit {
  return {
    title: 'A conversation',
    origin: 'window',
    isArchived: false,
    messageId: null,
    role: null,
    at: 1_700_000_000_000,
    snippet: [],
    ...change,
  };
}

/** Search as a window sees it; tests say what is found, in which pages, and when. */
export class FakeSearch {
  /** What a question finds, page by page. */
  pagesOf: (input: SearchInput) => SearchHit[][] = () => [];
  models: string[] = [];
  /** What an answer waits for. */
  until: (input: SearchInput) => Promise<void> = () => Promise.resolve();
  readonly api: SearchApi;

  constructor(answer: Answer) {
    this.api = {
      find: async (input) => {
        await this.until(input);
        return answer('search.find', input, () => this.#page(input));
      },
      modelNames: () => answer('search.modelNames', undefined, () => this.models),
    };
  }

  #page(input: SearchInput): SearchPage {
    const pages = this.pagesOf(input);
    const index = Number(input.cursor ?? 0);
    return { hits: pages[index] ?? [], next: index + 1 < pages.length ? String(index + 1) : null };
  }
}
