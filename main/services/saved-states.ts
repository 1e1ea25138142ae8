import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What the engine saves of a conversation, whole or cut off by a kill. Other files in its folder are left alone. */
const stateFileName = /^([0-9a-f-]{36})\.(?:state|json)(?:\.part)?$/;

/**
 * What the engine saved of conversations, as main sees it: it measures and removes, the engine alone writes and reads. The
 * states hold the text of conversations in another form, and must not outlive them.
 *
 * @param folder may not exist yet
 */
export function createSavedStates(folder: string) {
  const filesOf = async (isWanted: (conversationId: string) => boolean): Promise<string[]> => {
    const names = await readdir(folder).catch(() => []);
    return names
      .filter((name) => {
        const conversationId = stateFileName.exec(name)?.[1];
        return conversationId !== undefined && isWanted(conversationId);
      })
      .map((name) => join(folder, name));
  };

  const remove = async (isUnwanted: (conversationId: string) => boolean): Promise<void> => {
    const files = await filesOf(isUnwanted);
    await Promise.all(files.map((file) => rm(file, { force: true })));
  };

  const usage = async (): Promise<{ sizeBytes: number }> => {
    const files = await filesOf(() => true);
    const sizes = await Promise.all(files.map(async (file) => (await stat(file).catch(() => null))?.size ?? 0));
    return { sizeBytes: sizes.reduce((sum, size) => sum + size, 0) };
  };

  return {
    usage,
    /** Drops all of them; each conversation is read again when it goes on. */
    async clear(): Promise<{ sizeBytes: number }> {
      await remove(() => true);
      return usage();
    },
    drop: (conversationId: string): Promise<void> => remove((id) => id === conversationId),
    /** Drops all but those of the given conversations: the engine may have saved one after it was deleted. */
    keepOnly: (conversationIds: readonly string[]): Promise<void> => {
      const wanted = new Set(conversationIds);
      return remove((id) => !wanted.has(id));
    },
  };
}
