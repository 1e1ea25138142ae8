import type { Drafts } from '../../services/drafts.ts';
import type { Handlers, Sender } from '../router.ts';

type DraftChannel = Extract<keyof Handlers<Sender>, `drafts:${string}`>;

/** What the channels of unsent text do. */
export function createDraftHandlers<S extends Sender>({ drafts }: { drafts: Drafts }): Pick<Handlers<S>, DraftChannel> {
  return {
    'drafts:list': () => drafts.list(),
    'drafts:save': (draft) => drafts.save(draft),
  };
}
