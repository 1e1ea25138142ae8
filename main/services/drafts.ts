import type { Draft } from '../../preload/contract/drafts.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { DatabaseClient } from '../database/protocol.ts';

/** Unsent text of the main window. */
export function createDrafts({ database }: { database: Pick<DatabaseClient, 'listDrafts' | 'saveDraft'> }) {
  return {
    list: (): Promise<Draft[]> => database.listDrafts(),
    async save(draft: Draft): Promise<null> {
      await database.saveDraft(draft).catch((error: unknown) => {
        // A window saves what was typed last even when its place was deleted meanwhile.
        if (!(error instanceof AppError) || error.code !== 'not-found') throw error;
      });
      return null;
    },
  };
}

export type Drafts = ReturnType<typeof createDrafts>;
