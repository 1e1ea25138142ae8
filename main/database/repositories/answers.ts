import type Database from 'better-sqlite3';
import type {
  GenerationFacts,
  Message,
  MessageRole,
  MessageStatus,
  Rating,
  StopReason,
} from '../../../preload/contract/conversations.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import type { AnswerOutcome, NewAnswer, NewAnswerFacts, NewReplies, NewTurn } from '../protocol.ts';
import { inTransaction, statement } from '../statements.ts';
import { getConversation, insertConversation, setCurrentLeaf, touchConversation } from './conversations.ts';
import { getMessage, requireMessage, requireMessageOf } from './messages.ts';
import { takeQueuedQuestion } from './queued-questions.ts';

/**
 * Writes a question and the empty answer that waits for it, and shows that branch.
 * @throws AppError `not-found` for the conversation or the parent, `invalid-input` when the parent is not an answer
 */
export function startTurn(db: Database.Database, turn: NewTurn): void {
  inTransaction(db, () => {
    const { conversationId, parentId, now } = turn;
    if (turn.newConversation === null) getConversation(db, conversationId);
    else insertConversation(db, conversationId, turn.newConversation, now);
    if (parentId !== null) requireParent(db, conversationId, parentId, 'assistant');
    const { queuedId, text } = turn;
    if (queuedId !== undefined) takeQueuedQuestion(db, { conversationId, questionId: queuedId, text });
    insertMessage(db, { ...turn, id: turn.questionId, role: 'prompter', status: 'complete' });
    insertAnswers(db, { conversationId, parentId: turn.questionId, answers: [turn], now });
  });
}

/**
 * Writes more empty answers to a question, and shows the first of them.
 * @throws AppError `not-found` for the conversation or the question, `invalid-input` when the parent is not a question
 */
export function startReplies(db: Database.Database, replies: NewReplies): void {
  inTransaction(db, () => {
    requireParent(db, replies.conversationId, replies.parentId, 'prompter');
    insertAnswers(db, replies);
  });
}

/**
 * Sets an ended answer back to `generating`; text and facts stay, the reason it stopped goes.
 * @throws AppError `not-found`, `busy` while it is being written, `invalid-input` for a question
 */
export function resumeAnswer(db: Database.Database, messageId: string, now: number): void {
  inTransaction(db, () => {
    const row = requireAnswer(db, messageId);
    if (row.status === 'generating') throw new AppError('busy', 'This answer is still being written.', { messageId });
    statement<[string]>(db, `UPDATE messages SET status = 'generating', error_code = NULL WHERE id = ?`).run(messageId);
    statement<[string]>(db, 'UPDATE generations SET stop_reason = NULL WHERE message_id = ?').run(messageId);
    touchConversation(db, row.conversationId, now);
  });
}

/**
 * Replaces the text of a running answer. One UPDATE and one sync: this runs several times a second. After the answer
 * has ended it does nothing, so a late save cannot undo the last word. @throws AppError `not-found`
 */
export function saveAnswerText(db: Database.Database, messageId: string, text: string): void {
  const sql = `UPDATE messages SET text = ? WHERE id = ? AND status = 'generating'`;
  const { changes } = statement<[string, string]>(db, sql).run(text, messageId);
  if (changes === 0) requireMessage(db, messageId);
}

/**
 * Writes the last word on a running answer and returns the message. Facts that are left out keep what is stored.
 * Repeating it for an ended answer is refused, so that the first ending stands.
 * @throws AppError `not-found`, `invalid-input` for a question or an ended answer
 */
export function finishAnswer(db: Database.Database, outcome: AnswerOutcome): Message {
  return inTransaction(db, () => {
    const row = requireAnswer(db, outcome.messageId);
    if (row.status !== 'generating') throw invalid('This answer has already ended.', outcome.messageId);
    const sql = 'UPDATE messages SET text = ?, status = ?, error_code = ? WHERE id = ?';
    statement<[string, string, string | null, string]>(db, sql).run(
      outcome.text,
      outcome.status,
      outcome.errorCode,
      outcome.messageId,
    );
    updateFacts(db, outcome.messageId, { stopReason: impliedReason(outcome.status), ...outcome.facts });
    touchConversation(db, row.conversationId, outcome.now);
    return getMessage(db, outcome.messageId);
  });
}

/** Says what the owner thinks of an answer; null takes it back. @throws AppError `not-found`, `invalid-input` for a question */
export function rateAnswer(db: Database.Database, messageId: string, rating: Rating | null): void {
  requireAnswer(db, messageId);
  const sql = 'UPDATE messages SET rating = ? WHERE id = ?';
  statement<[Rating | null, string]>(db, sql).run(rating, messageId);
}

function requireParent(db: Database.Database, conversationId: string, parentId: string, role: MessageRole): void {
  getConversation(db, conversationId);
  if (requireMessageOf(db, conversationId, parentId).role !== role) {
    throw invalid('Questions follow answers, and answers follow questions.', parentId);
  }
}

function requireAnswer(db: Database.Database, messageId: string): { conversationId: string; status: MessageStatus } {
  const row = requireMessage(db, messageId);
  if (row.role !== 'assistant') throw invalid('This message is not an answer.', messageId);
  return row;
}

function insertAnswers(db: Database.Database, { conversationId, parentId, answers, now }: NewReplies): void {
  const insert = ({ answerId, facts }: NewAnswer): void => {
    const empty = { role: 'assistant', text: '', status: 'generating' } as const;
    insertMessage(db, { id: answerId, conversationId, parentId, ...empty, now });
    insertFacts(db, answerId, facts);
  };
  answers.forEach(insert);
  const [shown] = answers;
  if (shown !== undefined) setCurrentLeaf(db, conversationId, shown.answerId);
  touchConversation(db, conversationId, now);
}

interface NewMessage {
  id: string;
  conversationId: string;
  parentId: string | null;
  role: MessageRole;
  text: string;
  status: MessageStatus;
  now: number;
}

function insertMessage(db: Database.Database, message: NewMessage): void {
  const sql = `INSERT INTO messages (id, conversation_id, parent_id, role, text, status, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?)`;
  const { id, conversationId, parentId, role, text, status, now } = message;
  statement<[string, string, string | null, string, string, string, number]>(db, sql).run(
    id,
    conversationId,
    parentId,
    role,
    text,
    status,
    now,
  );
}

function insertFacts(db: Database.Database, messageId: string, facts: NewAnswerFacts): void {
  const sql = `INSERT INTO generations (message_id, model_name, model_sha256, preset_id, parameters, seed)
    VALUES (?, ?, ?, ?, ?, ?)`;
  statement<[string, string, string | null, string, string, number]>(db, sql).run(
    messageId,
    facts.modelName,
    facts.modelSha256,
    facts.presetId,
    JSON.stringify(facts.parameters),
    facts.seed,
  );
}

/** The column of each fact, and how its value is stored. */
const factColumns: { [F in keyof GenerationFacts]: string } = {
  modelName: 'model_name',
  modelSha256: 'model_sha256',
  presetId: 'preset_id',
  parameters: 'parameters',
  seed: 'seed',
  promptTokens: 'prompt_tokens',
  reusedTokens: 'reused_tokens',
  replyTokens: 'reply_tokens',
  promptMs: 'prompt_ms',
  replyMs: 'reply_ms',
  stopReason: 'stop_reason',
  firstVisibleMessageId: 'first_visible_message_id',
  windowTokens: 'window_tokens',
};

function updateFacts(db: Database.Database, messageId: string, facts: Partial<GenerationFacts>): void {
  const names = (Object.keys(factColumns) as (keyof GenerationFacts)[]).filter((name) => facts[name] !== undefined);
  if (names.length === 0) return;
  const assignments = names.map((name) => `${factColumns[name]} = ?`).join(', ');
  const values = names.map((name) => storedForm(facts[name]));
  statement<unknown[]>(db, `UPDATE generations SET ${assignments} WHERE message_id = ?`).run(...values, messageId);
}

/** Clocks measure fractions of a millisecond, and a rate may come out infinite: neither may keep an answer from ending. */
function storedForm(value: GenerationFacts[keyof GenerationFacts] | undefined): string | number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.round(value) : null;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return value ?? null;
}

/** Why an answer with this status ended, where the status alone says so. */
function impliedReason(status: AnswerOutcome['status']): StopReason | null {
  return status === 'complete' ? null : status;
}

function invalid(message: string, messageId: string): AppError {
  return new AppError('invalid-input', message, { messageId });
}
