import type { Losses, Skipped } from '../../../preload/contract/exchange.ts';
import type { SkipReason } from '../../../preload/contract/skip-reasons.ts';

/** Counts what is left out while a file is read. */
export function createTally() {
  const skipped = new Map<SkipReason, Skipped>();
  const losses: Losses = { skipped: [], orphans: 0, withoutFacts: 0, withoutFields: 0 };
  return {
    /** The record that is being read. */
    record: 0,
    skip(this: { record: number }, reason: SkipReason, count = 1): void {
      const known = skipped.get(reason);
      if (known !== undefined) known.count += count;
      else if (count > 0) skipped.set(reason, { reason, count, firstRecord: this.record });
    },
    lose(what: 'orphans' | 'withoutFacts' | 'withoutFields'): void {
      losses[what] += 1;
    },
    losses: (): Losses => ({ ...losses, skipped: [...skipped.values()] }),
  };
}

export type Tally = ReturnType<typeof createTally>;
