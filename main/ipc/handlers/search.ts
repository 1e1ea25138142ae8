import type { Search } from '../../services/search.ts';
import type { Handlers, Sender } from '../router.ts';

type SearchChannel = Extract<keyof Handlers<Sender>, `search:${string}`>;

/** What the channels of the search do. */
export function createSearchHandlers<S extends Sender>({
  search,
}: {
  search: Search;
}): Pick<Handlers<S>, SearchChannel> {
  return {
    'search:find': (input) => search.find(input),
    'search:model-names': () => search.modelNames(),
  };
}
