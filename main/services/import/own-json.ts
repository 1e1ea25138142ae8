import { z } from 'zod';
import {
  conversationOrigins,
  idSchema,
  messageStatuses,
  ratings,
  stopReasons,
  type GenerationFacts,
} from '../../../preload/contract/conversations.ts';
import { AppError, errorCodes } from '../../../preload/contract/errors.ts';
import { folderNameSchema, type Folder } from '../../../preload/contract/folders.ts';
import { presetChoiceSchema } from '../../../preload/contract/presets.ts';
import type { ImportedFields, StoredConversation, StoredMessage } from '../../database/protocol.ts';
import { ownFormat, ownVersion } from '../export/own-json.ts';
import { isSmall } from './foreign-fields.ts';
import { orderMessages } from './message-order.ts';
import type { Tally } from './tally.ts';

/** Times that a date can hold. */
const timeSchema = z.int().min(-8.64e15).max(8.64e15);

const countSchema = z.int().nullable();

const factsSchema: z.ZodType<GenerationFacts> = z.object({
  modelName: z.string(),
  modelSha256: z.string().nullable(),
  presetId: z.string(),
  parameters: z.object({
    temperature: z.number(),
    topK: z.number().nullable(),
    topP: z.number().nullable(),
    typicalP: z.number().nullable(),
    repetitionPenalty: z.number(),
    maxNewTokens: z.number(),
  }),
  seed: z.int(),
  promptTokens: countSchema,
  reusedTokens: countSchema,
  replyTokens: countSchema,
  promptMs: countSchema,
  replyMs: countSchema,
  stopReason: z.enum(stopReasons).nullable(),
  firstVisibleMessageId: z.string().nullable(),
  windowTokens: countSchema,
});

const importedSchema: z.ZodType<ImportedFields> = z.object({
  message: z.record(z.string(), z.unknown()),
  tree: z.record(z.string(), z.unknown()).nullable(),
});

const folderSchema: z.ZodType<Folder> = z.object({
  id: idSchema,
  name: folderNameSchema.transform((name) => name.toWellFormed()),
  createdAt: timeSchema,
});

const conversationSchema = z.object({
  id: idSchema,
  title: z.string(),
  createdAt: timeSchema.nullable().catch(null),
  updatedAt: timeSchema.nullable().catch(null),
  origin: z.enum(conversationOrigins).catch('window'),
  presetId: presetChoiceSchema.nullable().catch(null),
  isPinned: z.boolean().catch(false),
  isArchived: z.boolean().catch(false),
  folder: folderSchema.nullable().catch(null),
  titleByHand: z.boolean().catch(false),
  currentLeafId: z.string().nullable().catch(null),
  messages: z.array(z.unknown()),
});

const messageSchema = z.object({
  id: idSchema,
  parentId: idSchema.nullable().catch(null),
  role: z.unknown(),
  text: z.unknown(),
  status: z.enum(messageStatuses).catch('complete'),
  errorCode: z.enum(errorCodes).nullable().catch(null),
  createdAt: timeSchema.nullable().catch(null),
  rating: z.literal(ratings).nullable().catch(null),
  generation: z.unknown(),
  imported: z.unknown(),
});

const envelopeSchema = z.looseObject({ format: z.literal(ownFormat), version: z.int().min(1) });

/**
 * Whether what stands around the conversations says that they are in the app's own form.
 * @throws AppError `invalid-input` for the form of a newer version
 */
export function isOwnEnvelope(envelope: unknown): boolean {
  const { data } = envelopeSchema.safeParse(envelope);
  if (data !== undefined && data.version > ownVersion) {
    throw new AppError(
      'invalid-input',
      'This file was exported by a newer version of this app. Nothing was imported. Install that version to import it.',
    );
  }
  return data !== undefined;
}

/** A conversation of the app's own form, or null when it is none. Only facts that are sound are taken over. */
export function toOwnConversation(value: unknown, now: number, tally: Tally): StoredConversation | null {
  const { data } = conversationSchema.safeParse(value);
  if (data === undefined) return null;
  const messages = data.messages.flatMap((message) => toOwnMessage(message, now, tally) ?? []);
  const createdAt = data.createdAt ?? messages[0]?.createdAt ?? now;
  return {
    ...data,
    title: data.title.toWellFormed(),
    createdAt,
    updatedAt: data.updatedAt ?? createdAt,
    messages: orderMessages(messages, tally),
  };
}

function toOwnMessage(value: unknown, now: number, tally: Tally): StoredMessage | null {
  const { data } = messageSchema.safeParse(value);
  if (data === undefined) tally.skip('unknown-form');
  else if (typeof data.text !== 'string') tally.skip('no-text');
  else if (data.role !== 'prompter' && data.role !== 'assistant') tally.skip('unknown-role');
  else {
    const { id, parentId, role, errorCode } = data;
    const isAnswer = role === 'assistant';
    const isCutOff = isAnswer && data.status === 'generating';
    const generation = isAnswer ? toFacts(data.generation, tally) : null;
    return {
      ...{ id, parentId, role, errorCode },
      text: data.text.toWellFormed(),
      status: isCutOff ? 'interrupted' : isAnswer ? data.status : 'complete',
      createdAt: data.createdAt ?? now,
      rating: isAnswer ? data.rating : null,
      generation: isCutOff && generation !== null ? { ...generation, stopReason: 'interrupted' } : generation,
      imported: toImported(data.imported, tally),
    };
  }
  return null;
}

function toFacts(value: unknown, tally: Tally): GenerationFacts | null {
  if (value === null || value === undefined) return null;
  const { data } = factsSchema.safeParse(value);
  if (data === undefined) tally.lose('withoutFacts');
  return data ?? null;
}

function toImported(value: unknown, tally: Tally): ImportedFields | null {
  if (value === null || value === undefined) return null;
  const { data } = importedSchema.safeParse(value);
  if (data !== undefined && isSmall(data)) return data;
  tally.lose('withoutFields');
  return null;
}
