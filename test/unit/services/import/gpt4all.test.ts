import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeGpt4allChat, type WrittenChat } from '../../../support/gpt4all-writer.ts';
import { exchange } from './files.ts';

const lakes: WrittenChat = {
  ...{ version: 12, id: '0198f1b2-0000-7000-8000-000000000001', title: 'Lakes', createdSeconds: 1_715_000_000 },
  items: [
    { role: 'Prompt: ', text: 'Is the Caspian Sea a lake? 🌊' },
    { role: 'Response: ', text: 'Yes, by most measures.', isLiked: true },
    { role: 'Prompt: ', text: 'How deep is it?' },
    { role: 'Response: ', text: 'About a kilometre.', isDisliked: true },
  ],
};

describe.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('version %d', (version) => {
  it.each([true, false])('is read, with the memory of the model or without it (%s)', async (hasState) => {
    const { importText, stored } = exchange();
    const bytes = writeGpt4allChat({ ...lakes, version, hasState });
    expect(await importText(bytes, 'gpt4all-1.chat')).toMatchObject({
      ...{ format: 'gpt4all', conversations: { new: 1 }, messages: { new: 4 }, skipped: [] },
    });
    expect(stored()).toMatchObject([
      {
        ...{ id: lakes.id, title: 'Lakes', createdAt: 1_715_000_000_000 },
        messages: lakes.items.map(({ text, isLiked, isDisliked }) => ({
          text,
          rating: isLiked === true ? 1 : isDisliked === true ? -1 : null,
        })),
      },
    ]);
    expect(await importText(bytes, 'again.chat')).toMatchObject({ messages: { new: 0, known: 4, branched: 0 } });
  });
});

it('what tools did and what was attached is counted, and the words around it are kept', async () => {
  const { importText, stored } = exchange();
  const report = await importText(
    writeGpt4allChat({
      ...lakes,
      items: [
        { role: 'System: ', text: 'Be exact.' },
        { role: 'Prompt: ', text: 'Add these.', attachments: ['file:///numbers.txt'] },
        { role: 'Response: ', text: 'It is 1.', before: { text: 'I will count.', tool: 'javascript_interpret' } },
      ],
    }),
    'tools.chat',
  );
  expect(stored()[0]?.messages.map(({ text }) => text)).toEqual(['Add these.', 'I will count.\n\nIt is 1.']);
  expect(report.skipped).toEqual([
    { reason: 'unknown-role', count: 1, firstRecord: 1 },
    { reason: 'not-text', count: 3, firstRecord: 1 },
  ]);
});

it('a file that breaks off is kept as far as it goes, and one of a newer version is refused', async () => {
  const { importText, stored } = exchange();
  const bytes = writeGpt4allChat(lakes);
  expect(await importText(bytes.subarray(0, bytes.length - 300), 'cut.chat')).toMatchObject({
    skipped: [{ reason: 'cut-off', count: 1, firstRecord: 1 }],
  });
  const kept = stored()[0]?.messages.length ?? 0;
  expect(kept).toBeGreaterThan(0);
  expect(await importText(bytes, 'whole.chat')).toMatchObject({ messages: { new: 4 - kept, known: kept } });
  await expect(importText(writeGpt4allChat({ ...lakes, version: 13 }), 'new.chat')).rejects.toMatchObject({
    code: 'invalid-input',
  });
});

it('texts come through whatever they hold, and damage never ends in anything but a reason', async () => {
  const item = fc.record({
    role: fc.constantFrom('Prompt: ' as const, 'Response: ' as const),
    text: fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 12 }),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }),
      async (items, version, damage) => {
        const { importText, stored } = exchange();
        const bytes = writeGpt4allChat({ ...lakes, version, items, hasState: false });
        // The first four bytes tell what it is; without them it is another file.
        for (const [at, value] of damage) bytes[4 + (at % (bytes.length - 4))] = value;
        const outcome = await importText(bytes, 'x.chat').catch((error: unknown) => error);
        if (damage.length > 0) {
          if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'invalid-input' });
          return;
        }
        const all = stored().flatMap(({ messages }) => messages.map(({ text }) => text));
        const firstQuestion = items.findIndex(({ role }) => role === 'Prompt: ');
        const said = firstQuestion === -1 ? [] : items.slice(firstQuestion).map(({ text }) => text);
        expect(all.join('\n\n')).toBe(said.join('\n\n'));
      },
    ),
    { numRuns: 60 },
  );
});
