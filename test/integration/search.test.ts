import { describe, expect, it } from 'vitest';
import type { Terminal } from '../../main/cli/ask.ts';
import { searchConversations } from '../../main/cli/search.ts';
import type { SearchHit } from '../../preload/contract/search.ts';
import { completeOutcome, newTurn } from '../support/database.ts';
import { finished, openServices, type Services } from '../support/services.ts';

const wholePage = { filters: {}, cursor: null, limit: 100 } as const;

/** A terminal that keeps what is written. */
function createTerminal() {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal: Terminal = {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
    once: () => undefined,
    off: () => undefined,
  };
  return { terminal, output: () => out.join(''), errors: () => err.join('') };
}

async function addTurn({ database }: Services, text: string, answer: string, title = 'Untitled') {
  const turn = newTurn({ text, newConversation: { title, origin: 'window' } });
  await database.startTurn(turn);
  await database.finishAnswer(completeOutcome(turn.answerId, { text: answer }));
  return turn;
}

it('finds a question at once, and its answer when it has ended', async () => {
  const services = await openServices();
  const ids = async (): Promise<(string | null)[]> =>
    (await services.search.find({ query: 'curious', ...wholePage })).hits.map(({ messageId }) => messageId);
  const transcript = await services.generations.start({ conversationId: null, text: 'A curious question' });
  const [question, answer] = transcript.messages;
  const generation = await services.engines.nextGeneration();
  generation.text('A curious answer');
  // The title, which the question gave, and the question.
  expect(await ids()).toEqual([null, question?.id]);
  generation.finish();
  await finished(services, answer?.id ?? '');
  expect(await ids()).toEqual([null, answer?.id, question?.id]);
  expect(await services.search.modelNames()).toEqual(['Model of /guide.gguf']);
});

it('shows a link to a page of the app by its words, and as it is where only its address is found', async () => {
  const services = await openServices();
  await addTurn(services, 'Where from?', 'Get one from [Models](oasst://open/models), at leisure.');
  const shown = async (query: string): Promise<string> =>
    (await services.search.find({ query, ...wholePage })).hits[0]?.snippet.map(({ text }) => text).join('') ?? '';
  expect(await shown('leisure')).toBe('Get one from Models, at leisure.');
  expect(await shown('oasst://open')).toBe('Get one from [Models](oasst://open/models), at leisure.');
});

describe('--search', () => {
  it('tells what is found, for people and as JSON', async () => {
    const services = await openServices();
    const turn = await addTurn(services, 'What is a tree?', 'A \u001b[2Jgraph\nwithout rings.', 'Trees\nand more');
    const people = createTerminal();
    expect(await searchConversations(services, { text: 'tree', isAll: false, json: false }, people.terminal)).toBe(
      true,
    );
    await searchConversations(services, { text: 'graph', isAll: false, json: false }, people.terminal);
    const title = '1970-01-01 00:00 UTC  Trees and more';
    expect(people.output().split('\n')).toEqual([
      `${title}  ${turn.conversationId}`,
      `${title}  ${turn.conversationId} ${turn.questionId}`,
      '    What is a tree?',
      `${title}  ${turn.conversationId} ${turn.answerId}`,
      '    A \ufffd[2Jgraph without rings.',
      '',
    ]);

    const programs = createTerminal();
    await searchConversations(services, { text: 'rings', isAll: false, json: true }, programs.terminal);
    const [line, ...more] = programs.output().trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(JSON.parse(line ?? '') as SearchHit).toMatchObject({
      ...{ conversationId: turn.conversationId, messageId: turn.answerId, role: 'assistant', at: 1_000 },
      snippet: [{ text: expect.stringContaining('graph without') as string }, { text: 'rings' }, { text: '.' }],
    });
  });

  it('says when there is nothing, and when there is more', async () => {
    const services = await openServices();
    for (let each = 0; each < 60; each += 1) await addTurn(services, 'A word', 'An answer');
    const few = createTerminal();
    expect(await searchConversations(services, { text: 'word', isAll: false, json: false }, few.terminal)).toBe(true);
    expect(few.output().match(/A word/g)).toHaveLength(50);
    expect(few.errors()).toContain('--all');
    const all = createTerminal();
    await searchConversations(services, { text: 'word', isAll: true, json: false }, all.terminal);
    expect(all.output().match(/A word/g)).toHaveLength(60);
    expect(all.errors()).toBe('');
    const none = createTerminal();
    expect(await searchConversations(services, { text: 'nowhere', isAll: false, json: false }, none.terminal)).toBe(
      false,
    );
    expect(none.output()).toBe('');
    expect(none.errors()).toBe('Nothing was found.\n');
  });
});
