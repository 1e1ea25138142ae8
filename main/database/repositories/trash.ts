import type Database from 'better-sqlite3';
import { AppError } from '../../../preload/contract/errors.ts';
import type { Erased, TrashedItem, TrashReference } from '../protocol.ts';
import { markErased } from '../scrub.ts';
import { leavingTraces } from '../search-index.ts';
import { inTransaction, statement } from '../statements.ts';
import { restoreBranch } from './branches.ts';
import { restoreConversations } from './conversations.ts';
import { excerptSource, toExcerpt } from './excerpts.ts';

/** Most that one call of `purgeDeleted` erases: other work of the database does not wait for long. */
const purgedAtOnce = 100;
/** The title of a conversation that begins with nothing that could be one. */
const untitled = 'New conversation';

/** A message and all that hangs below it; `root` lies in `conversation`. Both are SQL. */
const below = (root: string, conversation: string): string => `WITH RECURSIVE below (id) AS (
    SELECT ${root}
    UNION
    SELECT child.id FROM below CROSS JOIN messages AS child
    WHERE child.conversation_id = ${conversation} AND child.parent_id = below.id
  )`;

/** What can come back, newest first: deleted conversations, and deleted branches of those that are not deleted. */
export function listTrash(db: Database.Database): TrashedItem[] {
  const sql = `SELECT 'conversation' AS kind, id, id AS conversationId, title, NULL AS excerpt,
      (SELECT count(*) FROM messages WHERE conversation_id = conversations.id) AS messages, deleted_at AS deletedAt
    FROM conversations WHERE deleted_at IS NOT NULL
    UNION ALL
    SELECT 'branch', b.root_id, c.id, c.title, ${excerptSource('m.text')},
      (${below('b.root_id', 'c.id')} SELECT count(*) FROM below), b.deleted_at
    FROM deleted_branches AS b
    JOIN conversations AS c ON c.id = b.conversation_id AND c.deleted_at IS NULL
    JOIN messages AS m ON m.id = b.root_id
    ORDER BY deletedAt DESC, id DESC`;
  return statement<[], TrashedItem>(db, sql)
    .all()
    .map((item) => ({ ...item, excerpt: item.excerpt === null ? null : toExcerpt(item.excerpt) }));
}

/**
 * Brings back what is still in the trash, a branch together with its conversation; returns the conversations that
 * changed by it. @throws AppError `not-found` when nothing of it is there
 */
export function restoreTrash(db: Database.Database, entries: readonly TrashReference[]): string[] {
  return inTransaction(db, () => {
    const branches = branchesOf(db, entries);
    const conversationIds = [...idsOf(entries, 'conversation'), ...branches.map((branch) => branch.conversationId)];
    if (conversationIds.length === 0) throw notInTrash();
    restoreConversations(db, conversationIds);
    for (const { messageId } of branches) restoreBranch(db, messageId);
    return conversationIds;
  });
}

/** Deletes for good, all in one step; what is not in the trash stays. Its traces go with `scrubErased`. */
export function eraseTrash(db: Database.Database, entries: readonly TrashReference[]): Erased {
  return inTransaction(db, () => {
    const conversationIds = deletedOf(db, entries);
    if (conversationIds.length + branchesOf(db, entries).length === 0) return { conversationIds, branches: [] };
    markErased(db);
    return leavingTraces(db, () => {
      const sql = 'DELETE FROM conversations WHERE id IN (SELECT value FROM json_each(?))';
      statement<[string]>(db, sql).run(JSON.stringify(conversationIds));
      // A branch goes with its conversation, and with the branch that it hangs below.
      const branches = idsOf(entries, 'branch').flatMap((id) => {
        const [branch] = branchesOf(db, [{ kind: 'branch', id }]);
        if (branch !== undefined) eraseBranch(db, branch);
        return branch ?? [];
      });
      return { conversationIds, branches };
    });
  });
}

/** Erases the first of what was deleted before `deletedBefore` (ms since 1970); finds nothing more when all is gone. */
export function purgeDeleted(db: Database.Database, deletedBefore: number): Erased {
  const sql = `SELECT 'conversation' AS kind, id FROM conversations WHERE deleted_at < @deletedBefore
    UNION ALL SELECT 'branch', root_id FROM deleted_branches WHERE deleted_at < @deletedBefore
    LIMIT ${String(purgedAtOnce)}`;
  return eraseTrash(db, statement<[{ deletedBefore: number }], TrashReference>(db, sql).all({ deletedBefore }));
}

function eraseBranch(db: Database.Database, { messageId, conversationId }: Erased['branches'][number]): void {
  const gaveTitle = firstQuestion(db, conversationId, true)?.id === messageId;
  // One statement for all of it: a foreign key between messages would refuse to let a parent go first.
  const sql = `${below('@messageId', '@conversationId')} DELETE FROM messages WHERE id IN (SELECT id FROM below)`;
  statement<[Erased['branches'][number]]>(db, sql).run({ messageId, conversationId });
  if (gaveTitle) retitle(db, conversationId);
}

/** An automatic title repeats the first question; without that, it is taken from the one that is first now. */
function retitle(db: Database.Database, conversationId: string): void {
  const title = toExcerpt(firstQuestion(db, conversationId, false)?.excerpt ?? '');
  const sql = 'UPDATE conversations SET title = ? WHERE id = ? AND title_by_hand = 0';
  statement<[string, string]>(db, sql).run(title === '' ? untitled : title, conversationId);
}

/** The oldest question that a conversation begins with, of all or of those that are visible. */
function firstQuestion(
  db: Database.Database,
  conversationId: string,
  isAlsoDeleted: boolean,
): { id: string; excerpt: string } | undefined {
  const sql = `SELECT id, ${excerptSource('text')} AS excerpt FROM messages
    WHERE conversation_id = ? AND parent_id IS NULL ${isAlsoDeleted ? '' : 'AND deleted_with IS NULL'}
    ORDER BY seq LIMIT 1`;
  return statement<[string], { id: string; excerpt: string }>(db, sql).get(conversationId);
}

function deletedOf(db: Database.Database, entries: readonly TrashReference[]): string[] {
  const sql = `SELECT id FROM conversations
    WHERE id IN (SELECT value FROM json_each(?)) AND deleted_at IS NOT NULL`;
  const rows = statement<[string], { id: string }>(db, sql).all(JSON.stringify(idsOf(entries, 'conversation')));
  return rows.map(({ id }) => id);
}

function branchesOf(db: Database.Database, entries: readonly TrashReference[]): Erased['branches'] {
  const sql = `SELECT root_id AS messageId, conversation_id AS conversationId FROM deleted_branches
    WHERE root_id IN (SELECT value FROM json_each(?))`;
  return statement<[string], Erased['branches'][number]>(db, sql).all(JSON.stringify(idsOf(entries, 'branch')));
}

function idsOf(entries: readonly TrashReference[], wanted: TrashReference['kind']): string[] {
  return entries.filter(({ kind }) => kind === wanted).map(({ id }) => id);
}

function notInTrash(): AppError {
  return new AppError('not-found', 'This is no longer in the trash. It was restored or erased.');
}
