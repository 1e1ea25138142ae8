import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exchange } from './files.ts';

/** A node that may name itself, a later one or nobody as its parent. */
const node = fc.record({
  parent: fc.option(fc.nat({ max: 12 }), { nil: null }),
  role: fc.constantFrom('user', 'assistant', 'system', 'tool'),
  text: fc.string({ maxLength: 4 }),
});

it('whatever hangs together how, questions and answers take turns, and a second import changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(node, { minLength: 1, maxLength: 12 }), fc.nat({ max: 12 }), async (nodes, current) => {
      const { lines, stored } = exchange();
      const mapping = nodes.map(({ parent, role, text }, index) => {
        const message = { author: { role }, content: { content_type: 'text', parts: [text] } };
        return [`n${index}`, { parent: parent === null ? null : `n${parent}`, children: [], message }];
      });
      const chat = { id: 'c', current_node: `n${current}`, mapping: Object.fromEntries(mapping) as unknown };
      const { messages } = await lines([chat]);
      const before = stored();
      const all = before.flatMap((conversation) => conversation.messages);
      const byId = new Map(all.map((message) => [message.id, message]));
      for (const { role, parentId } of all) {
        expect(parentId === null ? 'assistant' : byId.get(parentId)?.role).toBe(
          role === 'prompter' ? 'assistant' : 'prompter',
        );
      }
      expect(before.every(({ currentLeafId }) => byId.has(currentLeafId ?? ''))).toBe(true);
      expect(await lines([chat])).toMatchObject({ messages: { new: 0, known: messages.new, branched: 0 } });
      expect(stored()).toEqual(before);
    }),
  );
});
