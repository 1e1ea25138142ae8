import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonRecords, type JsonPart } from '../../../../main/services/import/json-records.ts';
import { createTally } from '../../../../main/services/import/tally.ts';

async function partsOf(text: string, cuts: readonly number[], isLines: boolean): Promise<JsonPart[]> {
  const pieces = async function* (): AsyncGenerator<string> {
    let start = 0;
    for (const cut of cuts.map((each) => each % (text.length + 1)).toSorted((left, right) => left - right)) {
      yield text.slice(start, cut);
      start = cut;
    }
    yield text.slice(start);
  };
  const parts: JsonPart[] = [];
  for await (const part of jsonRecords(pieces(), isLines, createTally())) parts.push(part);
  return parts;
}

const record = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
const layout = fc.constantFrom<['lines' | 'array' | 'object', number]>(
  ['lines', 0],
  ['array', 0],
  ['array', 2],
  ['object', 0],
  ['object', 2],
);

it('finds the same records in every layout, wherever the pieces are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { maxLength: 5 }),
      layout,
      fc.array(fc.nat()),
      async (records, [kind, indent], cuts) => {
        // A record of that name would make a file of lines look like a document.
        fc.pre(records.every((each) => !('conversations' in each)));
        const head = { format: 'x', conversations: [], rest: { a: ']"[' } };
        const text =
          kind === 'lines'
            ? records.map((each) => `${JSON.stringify(each)}\r\n`).join('\n')
            : JSON.stringify(kind === 'array' ? records : { ...head, conversations: records }, null, indent);
        const parts = await partsOf(text, cuts, kind === 'lines');
        const found = parts.flatMap((part) => (part.kind === 'record' ? [part.value] : []));
        expect(found).toEqual(JSON.parse(JSON.stringify(records)));
        const around = parts.flatMap((part) => (part.kind === 'envelope' ? [part.value] : []));
        expect(around).toEqual(kind === 'lines' ? [] : [kind === 'array' ? [] : head]);
      },
    ),
  );
});

it('gives the first records of an array without line breaks before the rest is read', async () => {
  let read = 0;
  const pieces = async function* (): AsyncGenerator<string> {
    yield '[';
    for (; read < 100; read += 1) yield `{"text":"${String(read)}"},`;
    yield '{}]';
  };
  const records = jsonRecords(pieces(), false, createTally());
  expect((await records.next()).value).toEqual({ kind: 'record', value: { text: '0' } });
  expect(read).toBeLessThan(5);
  await records.return(undefined);
});

it('takes any other object as one record, however it is laid out', async () => {
  const value = { name: 'x', messages: [{ versions: [[1], [2]] }], conversation: [3] };
  for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
    expect(await partsOf(text, [7, 20], false)).toEqual([{ kind: 'record', value }]);
  }
});
