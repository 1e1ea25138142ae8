import type { Envelope } from '../../preload/contract/errors.ts';
import type {
  ExchangeApi,
  ExchangeProgress,
  ExportOutcome,
  ImportReport,
  InspectedImport,
} from '../../preload/contract/exchange.ts';
import { follow } from './fake-library.ts';

type Answer = <T>(method: string, input: unknown, work: () => T) => Promise<Envelope<T>>;

/** What a file would bring; tests change what they look at. */
export function importReport(change: Partial<ImportReport> = {}): ImportReport {
  return {
    isDryRun: true,
    format: 'oasst-desktop',
    conversations: { new: 2, extended: 1, known: 3, restored: 0 },
    messages: { new: 14, known: 20, branched: 1 },
    skipped: [],
    orphans: 0,
    withoutFacts: 0,
    withoutFields: 0,
    ...change,
  };
}

/** Leaving and coming back as main does it; tests decide what is chosen, what is found and when it is done. */
export class FakeExchange {
  /** Null: the owner chooses no place. */
  outcome: ExportOutcome | null = { name: 'notes.json', isFolder: false, files: 1, conversations: 3, messages: 42 };
  /** Null: the owner chooses no file. */
  inspected: InspectedImport | null = {
    id: '00000000-0000-7000-8000-00000000f11e',
    fileName: 'notes.json',
    report: importReport(),
  };
  readonly api: ExchangeApi;
  readonly #listeners = new Set<(progress: ExchangeProgress) => void>();
  #isHeld = false;
  #release: (() => void) | null = null;

  /** @param announceImport tells the window that conversations came from a file */
  constructor(answer: Answer, announceImport: () => void) {
    this.api = {
      export: async (input) => {
        await this.#turn();
        return answer('exchange.export', input, () => this.outcome);
      },
      print: async (input) => {
        await this.#turn();
        return answer('exchange.print', input, () => null);
      },
      copy: (input) => answer('exchange.copy', input, () => null),
      inspect: async (input) => {
        await this.#turn();
        return answer('exchange.inspect', input, () => this.inspected);
      },
      import: async (input) => {
        await this.#turn();
        return answer('exchange.import', input, () => {
          announceImport();
          return { ...(this.inspected?.report ?? importReport()), isDryRun: false };
        });
      },
      cancel: () => answer('exchange.cancel', undefined, () => null),
      onAdvanced: (listener) => follow(this.#listeners, listener),
    };
  }

  /** From now on jobs go on until `finish`. */
  hold(): void {
    this.#isHeld = true;
  }

  finish(): void {
    this.#isHeld = false;
    this.#release?.();
  }

  advance(fraction: number, counts: ExchangeProgress['counts'] = null): void {
    for (const listener of this.#listeners) listener({ fraction, counts });
  }

  async #turn(): Promise<void> {
    if (this.#isHeld) await new Promise<void>((resolve) => (this.#release = resolve));
  }
}
