import type Database from 'better-sqlite3';
import { AppError } from '../../../preload/contract/errors.ts';
import type { Folder } from '../../../preload/contract/folders.ts';
import { inTransaction, statement } from '../statements.ts';

const columns = 'id, name, created_at AS createdAt';

/** All folders, in no particular order. */
export function listFolders(db: Database.Database): Folder[] {
  return statement<[], Folder>(db, `SELECT ${columns} FROM folders`).all();
}

/** @throws AppError `not-found` */
export function getFolder(db: Database.Database, folderId: string): Folder {
  const folder = statement<[string], Folder>(db, `SELECT ${columns} FROM folders WHERE id = ?`).get(folderId);
  if (folder === undefined) throw folderNotFound(folderId);
  return folder;
}

/** @throws AppError `invalid-input` when there is a folder of this name */
export function createFolder(db: Database.Database, folder: Folder): void {
  inTransaction(db, () => {
    refuseTaken(db, folder);
    insertFolder(db, folder);
  });
}

/** @throws AppError `not-found`, or `invalid-input` when another folder has this name */
export function renameFolder(db: Database.Database, folderId: string, name: string): Folder {
  return inTransaction(db, () => {
    refuseTaken(db, { id: folderId, name });
    statement<[string, string]>(db, 'UPDATE folders SET name = ? WHERE id = ?').run(name, folderId);
    return getFolder(db, folderId);
  });
}

/** Removes a folder; returns the conversations that lay in it, and now lie in none. @throws AppError `not-found` */
export function deleteFolder(db: Database.Database, folderId: string): string[] {
  return inTransaction(db, () => {
    const sql = 'SELECT id FROM conversations WHERE folder_id = ? AND deleted_at IS NULL';
    const rows = statement<[string], { id: string }>(db, sql).all(folderId);
    const { changes } = statement<[string]>(db, 'DELETE FROM folders WHERE id = ?').run(folderId);
    if (changes === 0) throw folderNotFound(folderId);
    return rows.map(({ id }) => id);
  });
}

/** The id of the folder for an imported conversation: the same one, else one of the same name, else a new one. */
export function bringFolder(db: Database.Database, folder: Folder): string {
  const sql = 'SELECT id FROM folders WHERE id = @id OR name = @name ORDER BY id <> @id LIMIT 1';
  const known = statement<[Pick<Folder, 'id' | 'name'>], { id: string }>(db, sql).get({
    id: folder.id,
    name: folder.name,
  });
  if (known !== undefined) return known.id;
  insertFolder(db, folder);
  return folder.id;
}

function insertFolder(db: Database.Database, { id, name, createdAt }: Folder): void {
  const sql = 'INSERT INTO folders (id, name, created_at) VALUES (?, ?, ?)';
  statement<[string, string, number]>(db, sql).run(id, name, createdAt);
}

/** Two folders of one name could not be told apart. */
function refuseTaken(db: Database.Database, { id, name }: Pick<Folder, 'id' | 'name'>): void {
  const sql = 'SELECT 1 FROM folders WHERE name = ? AND id <> ?';
  if (statement<[string, string]>(db, sql).get(name, id) !== undefined) {
    throw new AppError('invalid-input', `There is already a folder “${name}”. Choose another name.`);
  }
}

function folderNotFound(folderId: string): AppError {
  return new AppError('not-found', 'This folder is no longer there. It was deleted, and its conversations were kept.', {
    folderId,
  });
}
