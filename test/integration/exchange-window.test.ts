import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createExchangeHandlers, type ExchangeDesktop } from '../../main/ipc/handlers/exchange.ts';
import type { Sender } from '../../main/ipc/router.ts';
import type { ConversationChange } from '../../preload/contract/conversations.ts';
import { newId, newTurn, temporaryFolder, wholeList } from '../support/database.ts';
import { openServices, type Services } from '../support/services.ts';

const window: Sender = { trusted: true };

/** The handlers over real services, and a desktop on which the owner always picks what the test says. */
async function open(count = 0) {
  const services = await openServices();
  for (let index = 0; index < count; index += 1) await addConversation(services);
  const folder = temporaryFolder();
  const desktop = {
    chooseExportFile: vi.fn<ExchangeDesktop<Sender>['chooseExportFile']>(async (_sender, name) => join(folder, name)),
    chooseExportFolder: vi.fn<ExchangeDesktop<Sender>['chooseExportFolder']>(async () => folder),
    chooseImport: vi.fn<ExchangeDesktop<Sender>['chooseImport']>(async () => null),
    print: vi.fn<ExchangeDesktop<Sender>['print']>(async () => undefined),
    copy: vi.fn<ExchangeDesktop<Sender>['copy']>(async () => undefined),
    advanced: vi.fn<ExchangeDesktop<Sender>['advanced']>(),
  };
  const handlers = createExchangeHandlers(services, desktop);
  const changes: ConversationChange[] = [];
  services.conversations.onChanged((change) => changes.push(change));
  return { services, folder, desktop, handlers, changes };
}

async function addConversation({ database }: Services): Promise<void> {
  await database.startTurn(newTurn({ text: 'What?', newConversation: { title: 'Trees: a/b', origin: 'window' } }));
}

const everything = { conversationIds: null, format: 'json', branches: 'all' } as const;

describe('an export from the window', () => {
  it('asks for one file or for a folder, as the format wants, and tells names only', async () => {
    const { services, folder, desktop, handlers } = await open(2);
    const [first] = await services.conversations.list(wholeList);
    const conversationIds = [first?.id ?? ''];
    expect(await handlers['exchange:export'](everything, window)).toEqual({
      ...{ name: 'OASST Desktop conversations.json', isFolder: false, files: 1, conversations: 2, messages: 4 },
    });
    expect(await handlers['exchange:export']({ ...everything, conversationIds, format: 'md' }, window)).toEqual({
      ...{ name: 'Trees a b.md', isFolder: false, files: 1, conversations: 1, messages: 2 },
    });
    expect(desktop.chooseExportFolder).not.toHaveBeenCalled();
    const inFolder = await handlers['exchange:export']({ ...everything, format: 'html' }, window);
    expect(inFolder).toMatchObject({ isFolder: true, files: 2, conversations: 2 });
    expect(folder.endsWith(inFolder?.name ?? 'none')).toBe(true);
    expect(readdirSync(folder)).toHaveLength(4);
    expect(desktop.advanced).toHaveBeenCalledWith(window, { fraction: 0.5, counts: { done: 1, total: 2 } });
  });

  it('does nothing where no place is chosen, and refuses to export nothing', async () => {
    const { folder, desktop, handlers } = await open(1);
    desktop.chooseExportFile.mockResolvedValueOnce(null);
    expect(await handlers['exchange:export'](everything, window)).toBeNull();
    const gone = { ...everything, conversationIds: [newId()] };
    await expect(handlers['exchange:export'](gone, window)).rejects.toMatchObject({ code: 'not-found' });
    expect(desktop.chooseExportFile).toHaveBeenCalledTimes(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is alone from its question on, and can be cancelled', async () => {
    const { folder, desktop, handlers } = await open(1);
    let choose = (_path: string): void => undefined;
    desktop.chooseExportFile.mockReturnValueOnce(new Promise((resolve) => (choose = resolve)));
    const run = handlers['exchange:export'](everything, window);
    for (const other of [
      handlers['exchange:export'](everything, window),
      handlers['exchange:inspect']({ isFolder: false }, window),
      handlers['exchange:import']({ id: newId() }, window),
    ]) {
      await expect(other).rejects.toMatchObject({ code: 'busy' });
    }
    expect(await handlers['exchange:cancel'](undefined, window)).toBeNull();
    await vi.waitFor(() => expect(desktop.chooseExportFile).toHaveBeenCalled());
    choose(join(folder, 'all.json'));
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
    expect(readdirSync(folder)).toEqual([]);
    expect(await handlers['exchange:export'](everything, window)).toMatchObject({ conversations: 1 });
  });
});

describe('printing and copying from the window', () => {
  it('hands the page of a conversation to the print dialog, and does nothing else meanwhile', async () => {
    const { services, desktop, handlers } = await open(1);
    const [conversation] = await services.conversations.list(wholeList);
    let close = (): void => undefined;
    desktop.print.mockReturnValueOnce(new Promise((resolve) => (close = resolve)));
    const run = handlers['exchange:print']({ conversationId: conversation?.id ?? '', branches: 'all' }, window);
    await vi.waitFor(() => expect(desktop.print).toHaveBeenCalled());
    expect(desktop.print.mock.calls[0]?.[1]).toContain('<title>Trees: a/b</title>');
    await expect(handlers['exchange:export'](everything, window)).rejects.toMatchObject({ code: 'busy' });
    close();
    expect(await run).toBeNull();
    const gone = { conversationId: newId(), branches: 'all' } as const;
    await expect(handlers['exchange:print'](gone, window)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('puts Markdown on the clipboard, also during another job', async () => {
    const { services, desktop, handlers } = await open(1);
    const [conversation] = await services.conversations.list(wholeList);
    const id = conversation?.id ?? '';
    desktop.chooseExportFile.mockReturnValueOnce(new Promise(() => undefined));
    void handlers['exchange:export'](everything, window);
    expect(await handlers['exchange:copy']({ scope: 'conversation', id }, window)).toBeNull();
    expect(desktop.copy.mock.calls[0]?.[0]).toMatch(/^# Trees: a\/b\n[^]*\nWhat\?\n/);
    const copying = handlers['exchange:copy']({ scope: 'message', id }, window);
    await expect(copying, 'a conversation is no message').rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('an import from the window', () => {
  it('asks for a folder where one is wanted', async () => {
    const { desktop, handlers } = await open();
    expect(await handlers['exchange:inspect']({ isFolder: true }, window)).toBeNull();
    expect(desktop.chooseImport).toHaveBeenCalledWith(window, true);
  });

  it('looks first, adds what it looked at, and tells the windows', async () => {
    const from = await open(3);
    const path = join(from.folder, 'all.json');
    from.desktop.chooseExportFile.mockResolvedValueOnce(path);
    await from.handlers['exchange:export'](everything, window);

    const into = await open();
    into.desktop.chooseImport.mockResolvedValue(path);
    const inspected = await into.handlers['exchange:inspect']({ isFolder: false }, window);
    expect(inspected).toMatchObject({ fileName: 'all.json', report: { isDryRun: true, conversations: { new: 3 } } });
    expect(await into.services.conversations.list(wholeList)).toEqual([]);
    expect(into.changes).toEqual([]);

    const id = inspected?.id ?? '';
    expect(await into.handlers['exchange:import']({ id }, window)).toMatchObject({ conversations: { new: 3 } });
    expect(await into.services.conversations.list(wholeList)).toHaveLength(3);
    expect(into.changes).toEqual([{ kind: 'renewed' }]);
    // What was imported is done with.
    await expect(into.handlers['exchange:import']({ id }, window)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that fails tells nobody of a change, and waits to be tried again', async () => {
    const { folder, desktop, handlers, changes } = await open();
    const path = join(folder, 'trees.jsonl');
    const tree = { message_tree_id: 't', prompt: { message_id: 'm', role: 'prompter', text: 'Why?', replies: [] } };
    writeFileSync(path, `${JSON.stringify(tree)}\n`);
    desktop.chooseImport.mockResolvedValueOnce(path);
    const id = (await handlers['exchange:inspect']({ isFolder: false }, window))?.id ?? '';
    writeFileSync(path, 'nothing of the kind');
    await expect(handlers['exchange:import']({ id }, window)).rejects.toMatchObject({ code: 'invalid-input' });
    expect(changes).toEqual([]);
    writeFileSync(path, `${JSON.stringify(tree)}\n`);
    expect(await handlers['exchange:import']({ id }, window)).toMatchObject({ conversations: { new: 1 } });
  });

  it('forgets a file when another one is to be chosen', async () => {
    const { folder, desktop, handlers } = await open(1);
    const path = join(folder, 'all.json');
    desktop.chooseExportFile.mockResolvedValueOnce(path);
    await handlers['exchange:export'](everything, window);
    expect(existsSync(path)).toBe(true);
    desktop.chooseImport.mockResolvedValueOnce(path);
    const id = (await handlers['exchange:inspect']({ isFolder: false }, window))?.id ?? '';
    expect(await handlers['exchange:inspect']({ isFolder: false }, window)).toBeNull();
    await expect(handlers['exchange:import']({ id }, window)).rejects.toMatchObject({ code: 'not-found' });
  });
});
