import type { AssistantApi } from '../../preload/contract/api.ts';
import type { SearchFilters, SearchHit } from '../../preload/contract/search.ts';
import { toAppError, unwrap } from '../lib/api.ts';

/** Typing pauses at least this long before main is asked. */
const pauseMs = 80;
/** Hits that are asked for at once. */
const pageLength = 50;

/** How far back is looked, in days of the calendar; 1 is today. */
export type Span = 1 | 7 | 30 | 365;

/** What narrows a search down, as the owner sets it. */
export interface ChosenFilters extends Omit<SearchFilters, 'fromMs' | 'untilMs'> {
  readonly lastDays?: Span | undefined;
}

/** What is looked for in all conversations, and what was found: kept while the window lives, so that one can come back. */
export class SearchStore {
  query = $state('');
  filters = $state.raw<ChosenFilters>({});
  hits = $state.raw<readonly SearchHit[]>([]);
  /** The query whose hits these are; null before the first answer. */
  answered = $state<string | null>(null);
  /** Counts the answers to new questions: each begins at the top. */
  answers = $state(0);
  /** Why there is no answer. */
  failure = $state<string | null>(null);
  /** The hit that Enter opens. */
  index = $state(0);
  /** The names of models for the filter. */
  modelNames = $state.raw<readonly string[]>([]);
  /** How far the hits are scrolled, for coming back. */
  scrollTopPx = 0;
  /** The conversation that was opened from here, while it is the way back. */
  openedId = $state<string | null>(null);
  #next = $state.raw<string | null>(null);
  /** True until typing paused. */
  #isTyping = $state(false);
  #isReading = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Rises with every question, so that a late answer to an earlier one is recognised. */
  #newest = 0;
  readonly #api: Pick<AssistantApi, 'search' | 'conversations'>;

  constructor(api: Pick<AssistantApi, 'search' | 'conversations'>) {
    this.#api = api;
  }

  /** Lets go of what is deleted; gives the function that stops following. */
  start(): () => void {
    return this.#api.conversations.onChanged((change) => {
      if (change.kind === 'deleted') {
        this.hits = this.hits.filter(({ conversationId }) => conversationId !== change.conversationId);
        this.index = Math.min(this.index, Math.max(this.hits.length - 1, 0));
      } else if (change.kind === 'renewed' && this.hits.length > 0) this.#ask();
    });
  }

  /** True from typing to the answer, and while more is read. */
  get isBusy(): boolean {
    return this.#isTyping || this.#isReading;
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  get isFiltered(): boolean {
    return Object.keys(this.filters).length > 0;
  }

  type(query: string): void {
    this.query = query;
    this.#isTyping = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#ask();
    }, pauseMs);
  }

  /** Sets filters; `undefined` takes one off. */
  filter(change: ChosenFilters): void {
    const merged = { ...this.filters, ...change };
    this.filters = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
    this.#ask();
  }

  clearFilters(): void {
    this.filters = {};
    this.#ask();
  }

  async readModelNames(): Promise<void> {
    try {
      this.modelNames = await unwrap(this.#api.search.modelNames());
    } catch {
      // Without names there is no filter by model; searching goes on.
      this.modelNames = [];
    }
  }

  /** Reads the next hits, if there are more. */
  async readMore(): Promise<void> {
    const { answered } = this;
    if (this.isBusy || this.#next === null || answered === null) return;
    await this.#read(this.#newest, answered, this.#next);
  }

  #ask(): void {
    clearTimeout(this.#timer);
    this.#isTyping = false;
    const question = ++this.#newest;
    const query = this.query.trim();
    if (query !== '') {
      void this.#read(question, query, null);
      return;
    }
    this.#take(null, []);
    this.#next = null;
    this.#isReading = false;
    this.failure = null;
  }

  /** Reads until there is something to show: a page may be empty although more comes. */
  async #read(question: number, query: string, from: string | null): Promise<void> {
    this.#isReading = true;
    this.failure = null;
    try {
      let cursor = from;
      let found = 0;
      do {
        const input = { query, filters: inTime(this.filters), cursor, limit: pageLength };
        const page = await unwrap(this.#api.search.find(input));
        if (question !== this.#newest) return;
        if (cursor === null) this.#take(query, page.hits);
        else this.hits = [...this.hits, ...page.hits];
        cursor = page.next;
        this.#next = cursor;
        found = page.hits.length;
      } while (found === 0 && cursor !== null);
    } catch (failure) {
      if (question !== this.#newest) return;
      this.failure = toAppError(failure).message;
    }
    this.#isReading = false;
  }

  #take(answered: string | null, hits: readonly SearchHit[]): void {
    this.answered = answered;
    this.hits = hits;
    this.index = 0;
    this.scrollTopPx = 0;
    this.answers += 1;
  }
}

/** The span becomes a moment only when it is asked for: today is another day tomorrow. */
function inTime({ lastDays, ...filters }: ChosenFilters): SearchFilters {
  if (lastDays === undefined) return filters;
  const now = new Date();
  return { ...filters, fromMs: new Date(now.getFullYear(), now.getMonth(), now.getDate() - lastDays + 1).getTime() };
}
