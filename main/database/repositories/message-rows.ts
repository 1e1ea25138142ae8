import type Database from 'better-sqlite3';
import { z } from 'zod';
import type {
  GenerationFacts,
  Message,
  MessageRole,
  MessageStatus,
  Rating,
  StopReason,
} from '../../../preload/contract/conversations.ts';
import { errorCodes, type ErrorCode } from '../../../preload/contract/errors.ts';
import type { SamplingParameters } from '../../../preload/contract/presets.ts';
import { statement } from '../statements.ts';

/** What to select from `messages AS m LEFT JOIN generations AS g` to get a `MessageRow`. */
export const messageColumns = `
  m.id, m.conversation_id AS conversationId, m.parent_id AS parentId, m.role, m.text, m.status,
  m.error_code AS errorCode, m.created_at AS createdAt, m.rating,
  g.model_name AS modelName, g.model_sha256 AS modelSha256, g.preset_id AS presetId, g.parameters, g.seed,
  g.prompt_tokens AS promptTokens, g.reused_tokens AS reusedTokens, g.reply_tokens AS replyTokens,
  g.prompt_ms AS promptMs, g.reply_ms AS replyMs, g.stop_reason AS stopReason,
  g.first_visible_message_id AS firstVisibleMessageId, g.window_tokens AS windowTokens`;

/** A message as stored, without its siblings. The facts are null for a question. */
export interface MessageRow {
  id: string;
  conversationId: string;
  parentId: string | null;
  role: MessageRole;
  text: string;
  status: MessageStatus;
  errorCode: string | null;
  createdAt: number;
  rating: Rating | null;
  modelName: string | null;
  modelSha256: string | null;
  presetId: string | null;
  parameters: string | null;
  seed: number | null;
  promptTokens: number | null;
  reusedTokens: number | null;
  replyTokens: number | null;
  promptMs: number | null;
  replyMs: number | null;
  stopReason: StopReason | null;
  firstVisibleMessageId: string | null;
  windowTokens: number | null;
}

const parametersSchema = z.object({
  temperature: z.number(),
  topK: z.number().nullable(),
  topP: z.number().nullable(),
  typicalP: z.number().nullable(),
  repetitionPenalty: z.number(),
  maxNewTokens: z.number(),
});

/** Completes rows of one conversation with their siblings that are not deleted, by one query for all of them. */
export function toMessages(db: Database.Database, rows: readonly MessageRow[]): Message[] {
  const [first] = rows;
  if (first === undefined) return [];
  const siblings = loadSiblings(db, first.conversationId, new Set(rows.map((row) => row.parentId)));
  return rows.map((row) => ({
    id: row.id,
    conversationId: row.conversationId,
    parentId: row.parentId,
    role: row.role,
    text: row.text,
    status: row.status,
    errorCode: toErrorCode(row.errorCode),
    createdAt: row.createdAt,
    rating: row.rating,
    siblingIds: siblings.get(row.parentId) ?? [row.id],
    generation: toFacts(row),
  }));
}

function loadSiblings(
  db: Database.Database,
  conversationId: string,
  parentIds: Set<string | null>,
): Map<string | null, string[]> {
  // json_each turns a JSON null into NULL, and IS finds first questions by it; CROSS JOIN fixes the order of the loops.
  const sql = `SELECT m.id, m.parent_id AS parentId
    FROM json_each(?) AS parent CROSS JOIN messages AS m
    WHERE m.conversation_id = ? AND m.parent_id IS parent.value AND m.deleted_with IS NULL
    ORDER BY m.seq`;
  const rows = statement<[string, string], Pick<MessageRow, 'id' | 'parentId'>>(db, sql).all(
    JSON.stringify([...parentIds]),
    conversationId,
  );
  const siblings = new Map<string | null, string[]>();
  for (const { id, parentId } of rows) {
    const ids = siblings.get(parentId);
    if (ids === undefined) siblings.set(parentId, [id]);
    else ids.push(id);
  }
  return siblings;
}

/** A code of a later version, read after going back to this one, is a failure all the same. */
function toErrorCode(stored: string | null): ErrorCode | null {
  if (stored === null) return null;
  return errorCodes.find((code) => code === stored) ?? 'internal';
}

/** Facts that cannot be read count as unknown: they must never keep the text of an answer from being shown. */
export function toFacts(row: MessageRow): GenerationFacts | null {
  if (row.modelName === null || row.presetId === null || row.seed === null) return null;
  const parameters = toParameters(row.parameters);
  if (parameters === null) return null;
  return {
    modelName: row.modelName,
    modelSha256: row.modelSha256,
    presetId: row.presetId,
    parameters,
    seed: row.seed,
    promptTokens: row.promptTokens,
    reusedTokens: row.reusedTokens,
    replyTokens: row.replyTokens,
    promptMs: row.promptMs,
    replyMs: row.replyMs,
    stopReason: row.stopReason,
    firstVisibleMessageId: row.firstVisibleMessageId,
    windowTokens: row.windowTokens,
  };
}

function toParameters(stored: string | null): SamplingParameters | null {
  if (stored === null) return null;
  try {
    return parametersSchema.safeParse(JSON.parse(stored)).data ?? null;
  } catch {
    return null;
  }
}
