/** Why something in a file did not become a message. */
export type SkipReason =
  /** Records that are no JSON, or of a form that is not known, or beyond what is read. */
  | 'not-json'
  | 'unknown-form'
  | 'too-large'
  | 'too-deep'
  /** The file ends inside a record. */
  | 'cut-off'
  /** Messages without text, or by somebody who neither asks nor answers. */
  | 'no-text'
  | 'unknown-role'
  /** Answers whose question is not in the file. */
  | 'no-question'
  /** A question right after a question, or an answer right after an answer. */
  | 'out-of-turn'
  /** An id for the second time in one conversation. */
  | 'repeated'
  /** Messages that follow one another in a ring. */
  | 'no-beginning';

export interface Skipped {
  reason: SkipReason;
  count: number;
  /** The first record of the file that it happened in, counted from 1. */
  firstRecord: number;
}

/** What an import had to leave out or to change, by number. */
export interface Losses {
  skipped: Skipped[];
  /** Questions whose parent is not in the file; they were kept as first questions. */
  orphans: number;
  /** Answers that were kept without the facts of how they came about. */
  withoutFacts: number;
  /** Messages that were kept without what they brought along, because it was too much. */
  withoutFields: number;
}

/** Counts what is left out while a file is read. */
export function createTally() {
  const skipped = new Map<SkipReason, Skipped>();
  const losses: Losses = { skipped: [], orphans: 0, withoutFacts: 0, withoutFields: 0 };
  return {
    /** The record that is being read. */
    record: 0,
    skip(this: { record: number }, reason: SkipReason): void {
      const known = skipped.get(reason);
      if (known === undefined) skipped.set(reason, { reason, count: 1, firstRecord: this.record });
      else known.count += 1;
    },
    lose(what: 'orphans' | 'withoutFacts' | 'withoutFields'): void {
      losses[what] += 1;
    },
    losses: (): Losses => ({ ...losses, skipped: [...skipped.values()] }),
  };
}

export type Tally = ReturnType<typeof createTally>;
