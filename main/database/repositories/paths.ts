import type Database from 'better-sqlite3';
import type { BranchPart, HistoryMessage } from '../protocol.ts';
import { statement } from '../statements.ts';
import { messageColumns, toFacts, toMessages, type MessageRow } from './message-rows.ts';
import { getCurrentLeaf, requireMessage, requireMessageOf } from './messages.ts';

/** Messages that are shown above the one that a reader is led to. */
const messagesAbove = 20;

/** A turn is a mark, a text and an end; answers without a word are no turns, and stand between two that are. */
const fewestTokensOfTurn = 3;
/** Far more than tokens hold: only text of one sign in long rows could reach further up than this. */
const mostBytesOfToken = 64;

/*
 * Every walk goes from a message to its parents and never reads more than it was asked for. A parent is always older:
 * saying so ends the walk where damage bent parents into a ring. CROSS JOIN fixes the order of the loops.
 */

/**
 * The last `limit` messages of the branch that is shown; more of them where `throughId` lies further up, which then
 * comes with some of what is above it, or an answer that is being written. @throws AppError `not-found`
 */
export function getBranchEnd(
  db: Database.Database,
  conversationId: string,
  limit: number,
  throughId: string | null,
): BranchPart {
  const leaf = getCurrentLeaf(db, conversationId);
  if (leaf === null) return { messages: [], earlierCount: 0 };
  const reachOf = (id: string, above: number): number => {
    const steps = stepsBetween(db, id, leaf.id);
    return steps === null ? 0 : steps + 1 + above;
  };
  const unfinished = unfinishedOf(db, conversationId).map((id) => reachOf(id, 0));
  const through = throughId === null ? 0 : reachOf(throughId, messagesAbove);
  return readPart(db, leaf.id, Math.max(limit, through, ...unfinished));
}

/** The `limit` messages that come before `messageId` on its branch. @throws AppError `not-found` */
export function getEarlier(
  db: Database.Database,
  conversationId: string,
  messageId: string,
  limit: number,
): BranchPart {
  const { parentId } = requireMessageOf(db, conversationId, messageId);
  return parentId === null ? { messages: [], earlierCount: 0 } : readPart(db, parentId, limit);
}

/**
 * The end of the path down to `messageId` that a model may see: up to the oldest message that the newest answer saw in
 * a window of this size, or as far as such a window can reach. A last question does not count towards that, so that a
 * draft and the question that it becomes are read behind the same messages. @throws AppError `not-found`
 */
export function getHistory(db: Database.Database, messageId: string, windowTokens: number): HistoryMessage[] {
  const { role } = requireMessage(db, messageId);
  const mostMessages = 2 * Math.ceil(windowTokens / fewestTokensOfTurn) + (role === 'prompter' ? 1 : 0);
  const sql = `WITH RECURSIVE path (seq, id, parent_id, bytes, first_id, window_tokens) AS (
      SELECT m.seq, m.id, m.parent_id, iif(m.role = 'prompter', 0, octet_length(m.text)),
        g.first_visible_message_id, g.window_tokens
      FROM messages AS m LEFT JOIN generations AS g ON g.message_id = m.id
      WHERE m.id = ?
      UNION ALL
      SELECT parent.seq, parent.id, parent.parent_id, path.bytes + octet_length(parent.text),
        ifnull(path.first_id, g.first_visible_message_id),
        iif(path.first_id IS NULL, g.window_tokens, path.window_tokens)
      FROM path CROSS JOIN messages AS parent LEFT JOIN generations AS g ON g.message_id = parent.id
      WHERE parent.id = path.parent_id AND parent.seq < path.seq AND path.bytes < ?
        AND NOT (path.id IS path.first_id AND path.window_tokens IS ?)
      LIMIT ?
    )
    SELECT ${messageColumns} FROM path
    CROSS JOIN messages AS m ON m.seq = path.seq
    LEFT JOIN generations AS g ON g.message_id = m.id
    ORDER BY m.seq`;
  return statement<[string, number, number, number], MessageRow>(db, sql)
    .all(messageId, windowTokens * mostBytesOfToken, windowTokens, mostMessages)
    .map((row) => ({ id: row.id, role: row.role, text: row.text, generation: toFacts(row) }));
}

/** How many steps `messageId` lies above `lowerId`; null when it is not on the path to it. */
export function stepsBetween(db: Database.Database, messageId: string, lowerId: string): number | null {
  const sql = `WITH RECURSIVE
    target (seq) AS (SELECT seq FROM messages WHERE id = ?),
    path (seq, parent_id) AS (
      SELECT seq, parent_id FROM messages WHERE id = ?
      UNION ALL
      SELECT parent.seq, parent.parent_id FROM path CROSS JOIN messages AS parent
      WHERE parent.id = path.parent_id AND parent.seq < path.seq AND parent.seq >= (SELECT seq FROM target)
    )
    SELECT count(*) - 1 AS steps FROM path HAVING min(seq) = (SELECT seq FROM target)`;
  return statement<[string, string], { steps: number }>(db, sql).get(messageId, lowerId)?.steps ?? null;
}

/** Ids from the root down to `messageId`. */
export function pathIds(db: Database.Database, messageId: string): string[] {
  const sql = `WITH RECURSIVE path (seq, id, parent_id) AS (
      SELECT seq, id, parent_id FROM messages WHERE id = ?
      UNION ALL
      SELECT parent.seq, parent.id, parent.parent_id FROM path CROSS JOIN messages AS parent
      WHERE parent.id = path.parent_id AND parent.seq < path.seq
    )
    SELECT id FROM path ORDER BY seq`;
  return statement<[string], { id: string }>(db, sql)
    .all(messageId)
    .map(({ id }) => id);
}

/** Answers of a conversation that are being written. */
export function unfinishedOf(db: Database.Database, conversationId: string): string[] {
  const sql = `SELECT id FROM messages
    WHERE conversation_id = ? AND status = 'generating' AND deleted_with IS NULL ORDER BY seq`;
  return statement<[string], { id: string }>(db, sql)
    .all(conversationId)
    .map(({ id }) => id);
}

/** The last `limit` messages of the path down to `lastId`. */
function readPart(db: Database.Database, lastId: string, limit: number): BranchPart {
  const sql = `WITH RECURSIVE path (seq, parent_id) AS (
      SELECT seq, parent_id FROM messages WHERE id = ?
      UNION ALL
      SELECT parent.seq, parent.parent_id FROM path CROSS JOIN messages AS parent
      WHERE parent.id = path.parent_id AND parent.seq < path.seq
      LIMIT ?
    )
    SELECT ${messageColumns} FROM path
    CROSS JOIN messages AS m ON m.seq = path.seq
    LEFT JOIN generations AS g ON g.message_id = m.id
    ORDER BY m.seq`;
  const rows = statement<[string, number], MessageRow>(db, sql).all(lastId, limit);
  return { messages: toMessages(db, rows), earlierCount: countAbove(db, rows[0]?.id ?? lastId) };
}

/** How many messages lie above this one. Reads ids only: it costs less than a microsecond for each. */
function countAbove(db: Database.Database, messageId: string): number {
  const sql = `WITH RECURSIVE path (seq, parent_id) AS (
      SELECT seq, parent_id FROM messages WHERE id = ?
      UNION ALL
      SELECT parent.seq, parent.parent_id FROM path CROSS JOIN messages AS parent
      WHERE parent.id = path.parent_id AND parent.seq < path.seq
    )
    SELECT count(*) - 1 AS count FROM path`;
  return statement<[string], { count: number }>(db, sql).get(messageId)?.count ?? 0;
}
