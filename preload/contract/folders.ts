import { z } from 'zod';
import { idSchema } from './conversations.ts';
import type { Envelope } from './errors.ts';

export interface Folder {
  id: string;
  name: string;
  createdAt: number;
}

export const folderNameSchema = z.string().trim().min(1).max(100);

export const folderInputs = {
  'folders:list': z.undefined(),
  'folders:create': z.strictObject({ name: folderNameSchema }),
  'folders:rename': z.strictObject({ folderId: idSchema, name: folderNameSchema }),
  'folders:delete': z.strictObject({ folderId: idSchema }),
};

/** Folders of conversations; each conversation lies in one at most. */
export interface FoldersApi {
  /** By name, as people sort. */
  list(): Promise<Envelope<Folder[]>>;
  create(input: { name: string }): Promise<Envelope<Folder>>;
  rename(input: { folderId: string; name: string }): Promise<Envelope<Folder>>;
  /** Removes the folder; its conversations stay, in none. */
  delete(input: { folderId: string }): Promise<Envelope<null>>;
  onChanged(listener: (folders: Folder[]) => void): () => void;
}
