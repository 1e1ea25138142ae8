import type { EngineSequence } from './model.ts';
import type { Token } from './prompt.ts';

/** A piece should take about this long: short enough to stop soon and to show progress, long enough to read fast. */
const pieceMs = 400;
const smallestPiece = 16;
const largestPiece = 512;

export interface ReadingHandlers {
  isStopped: () => boolean;
  /** Told before and after each piece. */
  onProgress: (done: number) => void;
  /** Told how fast a piece was read. */
  onPace: (msPerToken: number) => void;
}

/**
 * Reads a prompt into the context except for its last token, which the first step of the reply reads.
 *
 * @param known tokens at the start that the context already holds
 * @returns whether it was read to the end; false when it was stopped
 */
export async function readPrompt(
  sequence: Pick<EngineSequence, 'read'>,
  tokens: readonly Token[],
  known: number,
  { isStopped, onProgress, onPace }: ReadingHandlers,
): Promise<boolean> {
  const end = tokens.length - 1;
  let done = known;
  let pieceTokens = 64;
  onProgress(done);
  while (done < end) {
    if (isStopped()) return false;
    const piece = tokens.slice(done, Math.min(end, done + pieceTokens));
    const startedMs = performance.now();
    await sequence.read(piece);
    const msPerToken = Math.max(0.001, (performance.now() - startedMs) / piece.length);
    onPace(msPerToken);
    pieceTokens = Math.min(largestPiece, Math.max(smallestPiece, Math.round(pieceMs / msPerToken)));
    done += piece.length;
    onProgress(done);
  }
  return !isStopped();
}
