import type { Message } from '../../preload/contract/conversations.ts';
import { presets } from '../../preload/contract/presets.ts';

/** Conversations to look at on a page: everything that Markdown has, two scripts, branches, and an answer that was cut. */

const typeset = `## What a page has to hold

A paragraph with **bold**, *italic*, \`code\` and an address, [the model card](https://example.org/model). It goes on for a
few lines, so that one can see how wide the column is, how far the lines are apart and whether it reads well.

1. First, a list.
2. Then one inside it:
   - a leaf,
   - and another.

> What is quoted stands a little apart, over more than one line if it has to, and does not shout.

| Part | Reads | Writes |
| --- | --- | ---: |
| main | everything | 1,024 |
| window | what it is told | 0 |

### Code

\`\`\`ts
export function area(width: number, height: number): number {
  return width * height; // a line that is far too long for the width of a page of paper, and has to go somewhere all the same
}
\`\`\`
`;

const paragraph =
  'A tree has a root and branches. What grows from one branch knows nothing of the others, and yet all of them stand on the same ground. ';

interface Sample {
  title: string;
  createdAt: number;
  /** Question and answer by turns; the last answer is told twice, once on a branch of its own. */
  turns: readonly (readonly [question: string, answer: string])[];
}

const samples: readonly Sample[] = [
  {
    title: 'How a page looks: “quotes”, 漢字 and עברית',
    createdAt: Date.UTC(2026, 1, 3, 9, 30),
    turns: [
      ['Show me everything that a page can hold.\n  Also what is indented, 漢字 and עברית.', typeset],
      ['Tell me about trees.', paragraph.repeat(4)],
      ['And at length?', `${`${paragraph.repeat(3)}\n\n`.repeat(9)}#### At the end\n\n${paragraph}`],
    ],
  },
  { title: 'A short one', createdAt: Date.UTC(2026, 1, 2, 8), turns: [['Why?', 'Because.']] },
];

function idOf(index: number): string {
  return `01a206fd-37a5-7199-a8ff-${index.toString(16).padStart(12, '0')}`;
}

/** The id of the first sample. */
export const firstSampleId = idOf(100);

/** A conversation in the app's own form. */
function conversationOf({ title, createdAt, turns }: Sample, first: number): object {
  const messages: (Omit<Message, 'conversationId' | 'siblingIds'> & { imported: null })[] = [];
  const add = (parentId: string | null, role: 'prompter' | 'assistant', text: string, isCut = false): string => {
    const id = idOf(first + messages.length + 1);
    const measured = { promptTokens: 40, reusedTokens: 0, replyTokens: 90, promptMs: 300, replyMs: 4000 };
    messages.push({
      ...{ id, parentId, role, text, errorCode: null, rating: null, imported: null },
      status: isCut ? 'stopped' : 'complete',
      createdAt: createdAt + messages.length * 60_000,
      generation:
        role === 'prompter'
          ? null
          : {
              ...{ modelName: 'Guide', modelSha256: null, presetId: 'k50', parameters: presets.k50, seed: 42 },
              ...{ ...measured, firstVisibleMessageId: null, windowTokens: 2048 },
              stopReason: isCut ? 'stopped' : 'end-of-text',
            },
    });
    return id;
  };
  let parentId: string | null = null;
  let questionId: string | null = null;
  for (const [question, answer] of turns) {
    questionId = add(parentId, 'prompter', question);
    parentId = add(questionId, 'assistant', answer);
  }
  const currentLeafId = parentId;
  add(questionId, 'assistant', 'Another answer, which was stopped before', true);
  return {
    ...{ id: idOf(first), title, titleByHand: true, origin: 'window', presetId: null, folder: null },
    ...{ isPinned: false, isArchived: false, createdAt, updatedAt: createdAt + 3_600_000, currentLeafId, messages },
  };
}

/** The text of a file in the app's own form: the samples, followed by `more` short ones. */
export function sampleFile(more = 0): string {
  const short = Array.from({ length: more }, (_, index) => ({
    title: `Number ${String(index + 1)}`,
    createdAt: Date.UTC(2025, 0, 1) + index,
    turns: [['How long is a page?', paragraph.repeat(40)]] as const,
  }));
  const conversations = [...samples, ...short].map((sample, index) => conversationOf(sample, (index + 1) * 100));
  return JSON.stringify({ format: 'oasst-desktop-conversations', version: 1, branches: 'all', conversations });
}
