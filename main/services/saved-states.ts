import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What the engine saves of a conversation, whole or cut off by a kill. Other files in its folder are left alone. */
const stateFileName = /^([0-9a-f-]{36})\.(?:state|json)(?:\.part)?$/;

/**
 * Removes what the engine saved of conversations: it holds their text in another form, and must not outlive them.
 *
 * @param folder the engine's state cache; may not exist yet
 */
export function createSavedStates(folder: string) {
  const remove = async (isUnwanted: (conversationId: string) => boolean): Promise<void> => {
    const names = await readdir(folder).catch(() => []);
    const unwanted = names.filter((name) => {
      const conversationId = stateFileName.exec(name)?.[1];
      return conversationId !== undefined && isUnwanted(conversationId);
    });
    await Promise.all(unwanted.map((name) => rm(join(folder, name), { force: true })));
  };
  return {
    drop: (conversationId: string): Promise<void> => remove((id) => id === conversationId),
    /** Drops all but those of the given conversations: the engine may have saved one after it was deleted. */
    keepOnly: (conversationIds: readonly string[]): Promise<void> => {
      const wanted = new Set(conversationIds);
      return remove((id) => !wanted.has(id));
    },
  };
}
