/** All answers of the data as tokens: which one is being written, and when that is certain. */
import type { Token } from 'node-llama-cpp';
import type { Dataset, Group } from './dataset.ts';
import type { GuideRunner } from './runner.ts';

interface Known {
  groupId: string;
  tokens: readonly Token[];
}

/** Follows one answer while it is written. */
export interface AnswerCheck {
  /** Takes the answer so far and says whether nothing more is to be learned from its rest. */
  isDecided: (tokens: readonly Token[], hasEnded: boolean) => boolean;
  isRight: () => boolean;
  /** The group whose answer it is, or begins as; null for none. */
  told: () => string | null;
}

/** So many tokens after it is clear which answer is written, its rest counts as known. */
const CERTAIN = 4;

export class Answers {
  private readonly known: Known[];
  /** Answers that were written to their end once, by their tokens. */
  private readonly written = new Set<readonly Token[]>();

  constructor(data: Dataset, runner: GuideRunner) {
    const own = data.groups.filter((group) => group.answerFrom === undefined);
    this.known = own.flatMap(({ id, answers }) =>
      answers.map((answer) => ({ groupId: id, tokens: runner.model.tokenize(answer, false) })),
    );
  }

  /** Follows the answer to a question of a group; `isCut` ends it where its rest was written before. */
  check(group: Group, isCut: boolean): AnswerCheck {
    const expectedId = group.answerFrom ?? group.id;
    let candidates = this.known;
    let last = candidates;
    let seen = 0;
    let clearAt = Infinity;
    let isRight = false;
    return {
      isDecided: (tokens, hasEnded) => {
        for (; seen < tokens.length; seen++) {
          if (candidates.length > 0) last = candidates;
          candidates = candidates.filter((known) => known.tokens[seen] === tokens[seen]);
        }
        const expected = candidates.find(({ groupId }) => groupId === expectedId);
        if (hasEnded) {
          isRight = expected?.tokens.length === tokens.length;
          if (isRight && expected !== undefined) this.written.add(expected.tokens);
          return true;
        }
        const [only, ...others] = candidates;
        if (only === undefined || others.some(({ groupId }) => groupId !== only.groupId)) return only === undefined;
        if (only !== expected) return true;
        clearAt = Math.min(clearAt, seen);
        isRight = isCut && seen - clearAt >= CERTAIN && others.length === 0 && this.written.has(only.tokens);
        return isRight;
      },
      isRight: () => isRight,
      told: () => (candidates[0] ?? last[0])?.groupId ?? null,
    };
  }
}
