import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportConversations } from '../../main/cli/export.ts';
import { importFile } from '../../main/cli/import.ts';
import { listConversations } from '../../main/cli/list.ts';
import type { Terminal } from '../../main/cli/ask.ts';
import { newTurn, temporaryFolder, wholeList } from '../support/database.ts';
import { openServices, type Services } from '../support/services.ts';

async function addConversations({ database }: Pick<Services, 'database'>, count: number, text = 'What is a tree?') {
  for (let index = 0; index < count; index += 1) {
    await database.startTurn(newTurn({ text, newConversation: { title: 'Trees', origin: 'window' } }));
  }
}

/** A terminal that keeps what is written, and whose Ctrl+C can be pressed. */
function createTerminal() {
  const written: string[] = [];
  let interrupt: (() => void) | null = null;
  const terminal: Terminal = {
    stdout: { write: (text: string) => written.push(text) },
    stderr: { write: () => undefined },
    once: (_signal, listener) => (interrupt = listener),
    off: () => (interrupt = null),
  };
  return { terminal, output: () => written.join(''), pressCtrlC: () => interrupt?.() };
}

describe('an export', () => {
  it('writes a file for each conversation and replaces none that is there', async () => {
    const services = await openServices();
    await addConversations(services, 3);
    const path = join(temporaryFolder(), 'out');
    mkdirSync(path);
    writeFileSync(join(path, '1970-01-01 trees.MD'), 'mine');
    const order = { conversationIds: null, branches: 'all', format: 'md', path } as const;
    expect(await services.exports.run(order)).toEqual({ path, files: 3, conversations: 3, messages: 6 });
    expect(readdirSync(path).toSorted()).toEqual([
      ...['1970-01-01 Trees (2).md', '1970-01-01 Trees (3).md', '1970-01-01 Trees (4).md', '1970-01-01 trees.MD'],
    ]);
    expect(readFileSync(join(path, '1970-01-01 trees.MD'), 'utf8')).toBe('mine');
  });

  it('that is cancelled leaves no unfinished file and keeps an older one', async () => {
    const services = await openServices();
    await addConversations(services, 250);
    const path = join(temporaryFolder(), 'all.json');
    writeFileSync(path, 'older');
    const stopping = new AbortController();
    const seen: number[] = [];
    const run = services.exports.run({
      ...{ conversationIds: null, branches: 'all', format: 'json', path, signal: stopping.signal },
      onProgress: ({ done }) => {
        seen.push(done);
        stopping.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect(seen).toEqual([1]);
    expect(readFileSync(path, 'utf8')).toBe('older');
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  it.each([
    ['nothing', { conversationIds: [] }, 'not-found'],
    ['a conversation that is gone', { conversationIds: ['0190c0de-0000-7000-8000-000000000000'] }, 'not-found'],
    ['a folder that is not there', { path: join(temporaryPath(), 'none', 'all.json') }, 'invalid-input'],
  ])('of or to %s is refused and leaves nothing', async (_what, changes, code) => {
    const services = await openServices();
    await addConversations(services, 1);
    const folder = temporaryFolder();
    const order = { conversationIds: null, branches: 'all', format: 'json', path: join(folder, 'all.json') } as const;
    await expect(services.exports.run({ ...order, ...changes })).rejects.toMatchObject({ code });
    expect(readdirSync(folder)).toEqual([]);
  });
});

function temporaryPath(): string {
  return join(import.meta.dirname, 'no-such-folder');
}

describe('the terminal', () => {
  it('exports, imports and lists, for people and as JSON', async () => {
    const from = await openServices();
    await addConversations(from, 2);
    const path = join(temporaryFolder(), 'all.json.gz');
    const { terminal, output } = createTerminal();
    const command = { path, format: null, conversationIds: null, branches: 'all', json: false } as const;
    await exportConversations(from, command, terminal);
    await exportConversations(from, { ...command, json: true }, terminal);
    const [forPeople, asJson = ''] = output().trim().split('\n');
    expect(forPeople).toBe(`${path}: 2 conversations, 4 messages, 1 file`);
    expect(JSON.parse(asJson)).toEqual({
      path,
      files: 1,
      conversations: 2,
      messages: 4,
      format: 'json',
      branches: 'all',
    });

    const into = await openServices();
    const there = createTerminal();
    await importFile(into, { path, isDryRun: true, json: false }, there.terminal);
    expect(there.output()).toContain('Nothing was written. An import would do this:\n  conversations: 2 new,');
    expect(await into.conversations.list(wholeList)).toEqual([]);
    await importFile(into, { path, isDryRun: false, json: true }, there.terminal);
    await listConversations(into, true, there.terminal);
    const lines = there.output().trim().split('\n').slice(-2);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(await from.conversations.list(wholeList));
  });

  it('stops at Ctrl+C', async () => {
    const services = await openServices();
    await addConversations(services, 120);
    const path = join(temporaryFolder(), 'all.json');
    const { terminal, pressCtrlC } = createTerminal();
    const command = { path, format: null, conversationIds: null, branches: 'all', json: false } as const;
    const run = exportConversations(services, command, terminal);
    pressCtrlC();
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(path)).toBe(false);
  });

  it('asks for the format that the name does not tell', async () => {
    const services = await openServices();
    const command = { path: 'x', format: null, conversationIds: null, branches: 'all', json: false } as const;
    const run = exportConversations(services, command, createTerminal().terminal);
    await expect(run).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

it('an answer that is saved while an import waits stays saved when the import is taken back', async () => {
  const services = await openServices();
  const { database } = services;
  await addConversations(services, 1);
  const [conversation] = (await database.readConversations(await database.listExportable())).conversations;
  const answer = conversation?.messages[1];
  if (conversation === undefined || answer === undefined) throw new Error('There is no answer to save.');
  await database.stageImport([{ ...conversation, id: newTurn().conversationId }]);
  await database.saveAnswerText(answer.id, 'saved meanwhile');
  await database.mergeStaged(true);
  await database.dropStaged();
  expect((await database.getMessage(answer.id)).text).toBe('saved meanwhile');
  expect(await database.listConversations(wholeList)).toHaveLength(1);
});
