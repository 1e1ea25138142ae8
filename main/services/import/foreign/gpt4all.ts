import type { Rating } from '../../../../preload/contract/conversations.ts';
import { filledText, momentOf } from '../foreign-fields.ts';
import type { Tally } from '../tally.ts';
import { placeId, type ForeignChat, type ForeignMessage } from './chat.ts';
import { createQtReader, QtStreamError, type QtReader } from './qt-stream.ts';

/** What a chat file of GPT4All begins with, followed by the version of its form. */
export const gpt4allMagic = Buffer.from([0xf5, 0xd5, 0x53, 0xcc]);
/** The version of the last release. */
const newestVersion = 12;

const deepestItems = 8;
/** Most items of one answer, and of one chat. */
const maxItems = 1_000_000;
/** Most text of one chat in UTF-16 units. */
const maxLength = 64 * 1024 ** 2;

/** Types of values that a tool's arguments are written with, by Qt's numbers, and their bytes; 10 is text. */
const variantText = 10;
const variantBytes = new Map([
  [1, 1],
  [2, 4],
  [3, 4],
  [4, 8],
  [5, 8],
  [6, 8],
]);

interface Item {
  name: string;
  text: string;
  leftOut: number;
}

/**
 * The chat of a file, or null when not even its beginning can be read. Where the file breaks off, what comes before is
 * kept.
 */
export async function readGpt4all(bytes: AsyncIterable<Buffer>, tally: Tally): Promise<ForeignChat | null> {
  const reader = createQtReader(bytes);
  let chat: ForeignChat | null = null;
  tally.record += 1;
  try {
    await reader.skip(gpt4allMagic.length);
    const version = await reader.int32();
    if (version < 1 || version > newestVersion) throw new QtStreamError('unknown-form');
    chat = await readHead(reader, version);
    if (version < 11) await skipModelState(reader, version);
    const items = await reader.int32();
    if (items < 0 || items > maxItems) throw new QtStreamError('unknown-form');
    let length = 0;
    for (let index = 0; index < items; index += 1) {
      const message = await readMessage(reader, version, chat);
      length += message.text.length;
      if (length > maxLength) throw new QtStreamError('too-large');
      chat.messages.push(message);
    }
  } catch (error) {
    if (!(error instanceof QtStreamError)) throw error;
    tally.skip(error.reason);
  } finally {
    await reader.close();
  }
  return chat;
}

async function readHead(reader: QtReader, version: number): Promise<ForeignChat> {
  const createdAt = momentOf(await reader.count());
  const id = await reader.text();
  const title = filledText(await reader.text());
  await reader.skipBytes(); // The owner's name.
  await reader.skipBytes(); // The model that was chosen last, which need not have written any of the answers.
  if (version >= 3) await skipTexts(reader);
  return {
    ...{ id, title, createdAt, updatedAt: null },
    ...{ isPinned: false, isArchived: false, currentId: null, messages: [] },
  };
}

/** What the model had in its memory, often hundreds of megabytes. */
async function skipModelState(reader: QtReader, version: number): Promise<void> {
  const hasState = version < 6 || (await reader.isTrue());
  if (version >= 2) await reader.skip(8);
  await reader.skipBytes();
  await reader.skipBytes();
  await reader.skip(4);
  if (!hasState) return;
  await reader.skip(4 * (1 + (version < 4 ? 1 : 0) + (version >= 7 ? 1 : 0)));
  if (version < 9) await reader.skip(4 * (await reader.count()));
  await reader.skip(4 * (await reader.count()));
  await reader.skipBytes();
}

async function readMessage(reader: QtReader, version: number, chat: ForeignChat): Promise<ForeignMessage> {
  if (version < 12) await reader.skip(4);
  const name = await reader.text();
  const value = await reader.text();
  if (version < 10) await reader.skipBytes();
  await reader.skipBytes();
  await reader.skip(2);
  const [isLiked, isDisliked] = [await reader.isTrue(), await reader.isTrue()];
  if (version >= 11 && name === 'Response: ') await reader.skip(1);
  if (version >= 8) await skipSources(reader);
  else if (version >= 3) {
    await reader.skipBytes();
    await skipTexts(reader);
  }
  const attachments = version >= 10 ? await skipAttachments(reader) : 0;
  const items = version >= 12 ? await readItems(reader, 0) : [];
  const said = [...items.map((item) => item.text), value].filter((text) => text !== '').join('\n\n');
  const parentId = chat.messages.at(-1)?.id ?? null;
  return {
    ...{ id: placeId(chat.id, parentId, 0, said), parentId, text: said },
    role: name === 'Prompt: ' ? 'prompter' : name === 'Response: ' ? 'assistant' : null,
    leftOut: items.reduce((sum, item) => sum + item.leftOut, attachments),
    ...{ createdAt: null, modelName: null },
    rating: ratingOf(isLiked, isDisliked),
  };
}

function ratingOf(isLiked: boolean, isDisliked: boolean): Rating | null {
  if (isLiked === isDisliked) return null;
  return isLiked ? 1 : -1;
}

/** Documents that an answer was looked up in. */
async function skipSources(reader: QtReader): Promise<void> {
  const sources = await itemCount(reader);
  for (let index = 0; index < sources; index += 1) {
    for (let field = 0; field < 7; field += 1) await reader.skipBytes();
    await reader.skip(12);
  }
}

async function skipAttachments(reader: QtReader): Promise<number> {
  const attachments = await itemCount(reader);
  for (let index = 0; index < attachments; index += 1) {
    await reader.skipBytes();
    await reader.skipBytes();
  }
  return attachments;
}

async function skipTexts(reader: QtReader): Promise<void> {
  const texts = await reader.uint32();
  for (let index = 0; index < texts; index += 1) await reader.skipBytes();
}

/** What an answer is made of where tools were called: texts, calls and what they returned. */
async function readItems(reader: QtReader, depth: number): Promise<Item[]> {
  const items: Item[] = [];
  const count = await itemCount(reader);
  if (count > 0 && depth === deepestItems) throw new QtStreamError('unknown-form');
  for (let index = 0; index < count; index += 1) {
    const name = await reader.text();
    const text = await reader.text();
    const isText = name === 'Text: ' || name === 'Response: ';
    if (!isText && name !== 'ToolCall: ' && name !== 'ToolResponse: ') throw new QtStreamError('unknown-form');
    if (name === 'ToolCall: ') await skipToolCall(reader);
    items.push({ name, text: isText ? text : '', leftOut: isText ? 0 : 1 });
    items.push(...(await readItems(reader, depth + 1)));
  }
  return items;
}

async function skipToolCall(reader: QtReader): Promise<void> {
  await reader.skipBytes();
  const parameters = await itemCount(reader);
  for (let index = 0; index < parameters; index += 1) {
    await reader.skipBytes();
    await reader.skip(4);
    const type = await reader.uint32();
    await reader.skip(1);
    const length = variantBytes.get(type);
    if (length !== undefined) await reader.skip(length);
    else if (type === variantText) await reader.skipBytes();
    else throw new QtStreamError('unknown-form');
  }
  await reader.skipBytes();
  await reader.skip(4);
  await reader.skipBytes();
}

async function itemCount(reader: QtReader): Promise<number> {
  const count = await reader.count();
  if (count > maxItems) throw new QtStreamError('unknown-form');
  return count;
}
