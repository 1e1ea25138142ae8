/** Chat files of GPT4All, as the versions of their form are laid out. */

export interface WrittenItem {
  role: 'Prompt: ' | 'Response: ' | 'System: ';
  text: string;
  isLiked?: boolean;
  isDisliked?: boolean;
  /** Names of attached files, from version 10 on. */
  attachments?: readonly string[];
  /** What came before the text of an answer: words, and the tool that was called; from version 12 on. */
  before?: { text: string; tool: string };
}

export interface WrittenChat {
  version: number;
  id: string;
  title: string;
  createdSeconds: number;
  items: readonly WrittenItem[];
  /** Whether the model's memory is in the file, before version 11. */
  hasState?: boolean;
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const int64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
};

const flag = (value = false): Buffer => Buffer.from([value ? 1 : 0]);

const byteArray = (bytes: Buffer): Buffer => Buffer.concat([uint32(bytes.length), bytes]);

/** A text; Qt tells one that was never set from an empty one. */
const text = (value: string | null): Buffer =>
  value === null ? uint32(0xffffffff) : byteArray(Buffer.from(value, 'utf16le').swap16());

const texts = (values: readonly string[]): Buffer => Buffer.concat([uint32(values.length), ...values.map(text)]);

function stateOf(version: number, hasState: boolean): Buffer[] {
  if (version >= 11) return [];
  const logits = Buffer.alloc(12);
  return [
    ...(version >= 6 ? [flag(hasState)] : []),
    ...(version >= 2 ? [uint32(1), uint32(0)] : []),
    ...[text(null), text(null), uint32(0)],
    ...(version >= 6 && !hasState
      ? []
      : [
          ...(version < 4 ? [uint32(0)] : []),
          uint32(7),
          ...(version >= 7 ? [uint32(2048)] : []),
          ...(version < 9 ? [int64(3), logits] : []),
          ...[int64(2), Buffer.alloc(8), byteArray(Buffer.alloc(40_000, 0x41))],
        ]),
  ];
}

function toolCall(name: string): Buffer {
  const parameter = [text('code'), uint32(0), uint32(10), flag(), text('print(1)')];
  const fields = [text(name), int64(1), ...parameter, text('1'), uint32(0), text(null)];
  return Buffer.concat([text('ToolCall: '), text('<code_interpreter>'), ...fields, int64(0)]);
}

function partsOf(before: WrittenItem['before']): Buffer {
  if (before === undefined) return int64(0);
  const words = [text('Text: '), text(before.text), int64(0)];
  const response = [text('Response: '), text(null), int64(2), ...words, toolCall(before.tool)];
  return Buffer.concat([int64(2), ...response, text('ToolResponse: '), text('1'), int64(0)]);
}

function itemOf(item: WrittenItem, version: number): Buffer {
  const source = [...Array.from({ length: 7 }, () => text('x')), uint32(1), uint32(2), uint32(3)];
  const attachments = item.attachments ?? [];
  return Buffer.concat([
    ...(version < 12 ? [uint32(0)] : []),
    ...[text(item.role), text(item.text)],
    ...(version < 10 ? [text('the prompt once more')] : []),
    ...[text(null), flag(), flag(), flag(item.isLiked), flag(item.isDisliked)],
    ...(version >= 11 && item.role === 'Response: ' ? [flag()] : []),
    ...(version >= 8 ? [int64(1), ...source] : version >= 3 ? [text('1. "A book".'), texts(['A page.'])] : []),
    ...(version >= 10 ? [int64(attachments.length)] : []),
    ...(version >= 10
      ? attachments.flatMap((name) => [byteArray(Buffer.from(name)), byteArray(Buffer.from('x'))])
      : []),
    ...(version >= 12 ? [partsOf(item.before)] : []),
  ]);
}

export function writeGpt4allChat({ version, id, title, createdSeconds, items, hasState = true }: WrittenChat): Buffer {
  return Buffer.concat([
    ...[uint32(0xf5d553cc), uint32(version), int64(createdSeconds)],
    ...[text(id), text(title), text(null), text('model.gguf')],
    ...(version >= 3 ? [texts(['Books'])] : []),
    ...stateOf(version, hasState),
    ...[uint32(items.length), ...items.map((item) => itemOf(item, version))],
  ]);
}
