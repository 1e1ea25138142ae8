import type Database from 'better-sqlite3';
import { AppError } from '../../../preload/contract/errors.ts';
import { maxQueuedQuestions, type QueuedQuestion } from '../../../preload/contract/queue.ts';
import type { NewQueuedQuestion } from '../protocol.ts';
import { inTransaction, statement } from '../statements.ts';
import { getConversation } from './conversations.ts';

/** The questions that wait in a conversation, next one first. @throws AppError `not-found` */
export function getQueue(db: Database.Database, conversationId: string): QueuedQuestion[] {
  getConversation(db, conversationId);
  const sql = `SELECT id, text, created_at AS createdAt FROM queued_questions
    WHERE conversation_id = ? ORDER BY position`;
  return statement<[string], QueuedQuestion>(db, sql).all(conversationId);
}

/** Adds a question at the end. @throws AppError `not-found`, `invalid-input` where too many wait already */
export function addQueuedQuestion(db: Database.Database, question: NewQueuedQuestion): void {
  const { id, conversationId, text, now } = question;
  inTransaction(db, () => {
    const waiting = getQueue(db, conversationId).length;
    if (waiting >= maxQueuedQuestions) {
      throw new AppError('invalid-input', `At most ${maxQueuedQuestions} questions can wait. Nothing was added.`);
    }
    const sql = `INSERT INTO queued_questions (id, conversation_id, position, text, created_at)
      SELECT ?, ?, ifnull(max(position) + 1, 0), ?, ? FROM queued_questions WHERE conversation_id = ?`;
    statement<[string, string, string, number, string]>(db, sql).run(id, conversationId, text, now, conversationId);
  });
}

/** Changes what will be asked. @throws AppError `not-found` once it no longer waits */
export function changeQueuedQuestion(
  db: Database.Database,
  conversationId: string,
  questionId: string,
  text: string,
): void {
  getConversation(db, conversationId);
  const sql = 'UPDATE queued_questions SET text = ? WHERE id = ? AND conversation_id = ?';
  const { changes } = statement<[string, string, string]>(db, sql).run(text, questionId, conversationId);
  if (changes === 0) throw waitsNoLonger(questionId);
}

/**
 * Gives a question the place `toIndex` among those that wait, or the last one where there are fewer.
 * @throws AppError `not-found` once it no longer waits
 */
export function moveQueuedQuestion(
  db: Database.Database,
  conversationId: string,
  questionId: string,
  toIndex: number,
): void {
  inTransaction(db, () => {
    const ids = getQueue(db, conversationId).map(({ id }) => id);
    if (!ids.includes(questionId)) throw waitsNoLonger(questionId);
    const moved = ids.filter((id) => id !== questionId).toSpliced(toIndex, 0, questionId);
    const place = statement<[number, string]>(db, 'UPDATE queued_questions SET position = ? WHERE id = ?');
    moved.forEach((id, position) => place.run(position, id));
  });
}

/** Takes a question out of the queue. One that no longer waits is left where it is. @throws AppError `not-found` */
export function removeQueuedQuestion(db: Database.Database, conversationId: string, questionId: string): void {
  getConversation(db, conversationId);
  const sql = 'DELETE FROM queued_questions WHERE id = ? AND conversation_id = ?';
  statement<[string, string]>(db, sql).run(questionId, conversationId);
}

/**
 * Takes a question that is being asked out of the queue, within the transaction that writes it into the conversation.
 * @throws AppError `not-found` when it was taken, removed or changed meanwhile: then it must not be asked like this
 */
export function takeQueuedQuestion(
  db: Database.Database,
  { conversationId, questionId, text }: { conversationId: string; questionId: string; text: string },
): void {
  const sql = 'DELETE FROM queued_questions WHERE id = ? AND conversation_id = ? AND text = ?';
  const { changes } = statement<[string, string, string]>(db, sql).run(questionId, conversationId, text);
  if (changes === 0) throw waitsNoLonger(questionId);
}

function waitsNoLonger(questionId: string): AppError {
  return new AppError('not-found', 'This question waits no longer. It was sent or removed.', { questionId });
}
