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
  const files = async (): Promise<{ conversationId: string; path: string }[]> => {
    const names = await readdir(folder).catch(() => []);
    return names.flatMap((name) => {
      const conversationId = stateFileName.exec(name)?.[1];
      return conversationId === undefined ? [] : [{ conversationId, path: join(folder, name) }];
    });
  };

  const remove = async (isUnwanted: (conversationId: string) => boolean): Promise<void> => {
    const unwanted = (await files()).filter(({ conversationId }) => isUnwanted(conversationId));
    await Promise.all(unwanted.map(({ path }) => rm(path, { force: true })));
  };

  const usage = async (): Promise<{ sizeBytes: number }> => {
    const sizes = await Promise.all(
      (await files()).map(async ({ path }) => (await stat(path).catch(() => null))?.size ?? 0),
    );
    return { sizeBytes: sizes.reduce((sum, size) => sum + size, 0) };
  };

  return {
    usage,
    /** Drops all of them; each conversation is read again when it goes on. */
    async clear(): Promise<{ sizeBytes: number }> {
      await remove(() => true);
      return usage();
    },
    async drop(conversationIds: readonly string[]): Promise<void> {
      const unwanted = new Set(conversationIds);
      await remove((id) => unwanted.has(id));
    },
    /**
     * Drops those of conversations that are gone: the engine may have saved one after it was deleted.
     *
     * @param findKept tells which of some conversations are there; asked only about those that have a state
     */
    async dropOrphans(findKept: (conversationIds: string[]) => Promise<{ id: string }[]>): Promise<void> {
      const saved = new Set((await files()).map(({ conversationId }) => conversationId));
      if (saved.size === 0) return;
      for (const { id } of await findKept([...saved])) saved.delete(id);
      await remove((id) => saved.has(id));
    },
  };
}
