import { posix } from 'node:path';
import { AppError } from '../../../preload/contract/errors.ts';
import type { ImportFormat } from '../../../preload/contract/exchange.ts';
import type { StoredConversation } from '../../database/protocol.ts';
import { toConversation, type ForeignChat } from './foreign/chat.ts';
import { readForeign } from './foreign/forms.ts';
import { gpt4allMagic, readGpt4all } from './foreign/gpt4all.ts';
import { createJanThreads, isJanMessage, isJanThread } from './foreign/jan.ts';
import { isRecord } from './foreign-fields.ts';
import { importText, peek, type Budget } from './import-text.ts';
import { jsonRecords } from './json-records.ts';
import { isRow, isTree, toRowConversations, toTreeConversation } from './message-trees.ts';
import { isOwnEnvelope, toOwnConversation } from './own-json.ts';
import type { Tally } from './tally.ts';

/** A conversation of a file, or null when only the form is known so far: it may hold none. */
export interface Found {
  format: ImportFormat;
  conversation: StoredConversation | null;
}

/** Rows of a flat file are held until its end, because their parents may come later. */
const maxRows = 1_000_000;

/** Reads the files of one import, one after the other, whatever forms they have. */
export function createFileReader({ now, tally, budget }: { now: number; tally: Tally; budget: Budget }) {
  const jan = createJanThreads(tally);

  const fromForeign = (format: ImportFormat, chat: ForeignChat): Found => ({
    format,
    conversation: toConversation(format, chat, now, tally),
  });

  const fromRecord = (value: unknown, fileName: string, rows: Record<string, unknown>[]): Found | null => {
    if (isRecord(value)) {
      const foreign = readForeign(value, posix.basename(fileName));
      if (foreign !== null) return fromForeign(foreign.format, foreign.chat);
      if (isJanThread(value)) {
        jan.addThread(value);
        return null;
      }
      if (isJanMessage(value)) {
        jan.addMessage(value);
        return null;
      }
      if (!('messages' in value) && isRow(value)) {
        if (rows.push(value) > maxRows) throw tooManyRows();
        return null;
      }
      if (!('messages' in value) && isTree(value)) {
        const conversation = toTreeConversation(value, now, tally);
        return conversation === null ? null : { format: 'oasst-trees', conversation };
      }
    }
    const conversation = toOwnConversation(value, now, tally);
    if (conversation === null) tally.skip('unknown-form');
    return conversation === null ? null : { format: 'oasst-desktop', conversation };
  };

  async function* readText(fileName: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<Found> {
    const rows: Record<string, unknown>[] = [];
    const isLines = /\.jsonl(\.gz)?$/i.test(fileName);
    for await (const { kind, value } of jsonRecords(importText(bytes, budget), isLines, tally)) {
      if (kind === 'envelope') {
        if (isOwnEnvelope(value)) yield { format: 'oasst-desktop', conversation: null };
        continue;
      }
      const found = fromRecord(value, fileName, rows);
      if (found !== null) yield found;
    }
    if (rows.length > 0) yield { format: 'oasst-messages', conversation: null };
    for (const conversation of toRowConversations(rows, now, tally)) yield { format: 'oasst-messages', conversation };
    for (const chat of jan.take()) yield fromForeign('jan', chat);
  }

  return {
    /** @throws AppError `invalid-input` when it is in no form that can be read, and whatever its bytes throw */
    async *read(fileName: string, bytes: AsyncIterable<Buffer>): AsyncGenerator<Found> {
      const { head, all } = await peek(bytes, gpt4allMagic.length);
      if (!head.equals(gpt4allMagic)) {
        yield* readText(fileName, all);
        return;
      }
      const chat = await readGpt4all(all, tally);
      if (chat !== null) yield fromForeign('gpt4all', chat);
    },
  };
}

function tooManyRows(): AppError {
  const most = maxRows.toLocaleString('en');
  return new AppError('invalid-input', `This file holds more than ${most} messages. Nothing was imported.`);
}
