import type { SharedApi } from '../../preload/contract/api.ts';
import { unwrap } from '../lib/api.ts';
import type { NoticesStore } from './notices.svelte.ts';
import type { Turn } from './turn.svelte.ts';

/** Stops an answer that is queued or being written. The event of its end changes the turn. */
export async function stopTurn(
  turn: Turn,
  { generations }: Pick<SharedApi, 'generations'>,
  notices: NoticesStore,
): Promise<void> {
  if (turn.isStopping) return;
  turn.isStopping = true;
  try {
    await unwrap(generations.stop({ messageId: turn.id }));
  } catch (failure) {
    turn.isStopping = false;
    notices.fail(failure);
  }
}
