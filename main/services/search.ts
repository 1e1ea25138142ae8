import type { SearchInput, SearchPage } from '../../preload/contract/search.ts';
import type { DatabaseClient } from '../database/protocol.ts';

/**
 * Finds titles and messages on all branches by what they say. What is deleted is not found, and an answer only once it
 * has ended.
 */
export function createSearch({ database }: { database: Pick<DatabaseClient, 'findText' | 'listAnswerModels'> }) {
  return {
    /** One page; its cursor leads to the next. Fails with `invalid-input` for a cursor that is none. */
    find: (input: SearchInput): Promise<SearchPage> => database.findText(input),
    /** Names of all models that wrote an answer. */
    modelNames: (): Promise<string[]> => database.listAnswerModels(),
  };
}

export type Search = ReturnType<typeof createSearch>;
