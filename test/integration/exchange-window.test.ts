import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createExchangeHandlers, type ExchangeDesktop } from '../../main/ipc/handlers/exchange.ts';
import type { Sender } from '../../main/ipc/router.ts';
import type { ConversationChange } from '../../preload/contract/conversations.ts';
import { newId, newTurn, temporaryFolder } from '../support/database.ts';
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
    chooseImportFile: vi.fn<ExchangeDesktop<Sender>['chooseImportFile']>(async () => null),
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
    const [first] = await services.conversations.list();
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
    expect(desktop.advanced).toHaveBeenCalledWith(window, 1);
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
      handlers['exchange:inspect']({}, window),
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

describe('an import from the window', () => {
  it('looks first, adds what it looked at, and tells the windows', async () => {
    const from = await open(3);
    const path = join(from.folder, 'all.json');
    from.desktop.chooseExportFile.mockResolvedValueOnce(path);
    await from.handlers['exchange:export'](everything, window);

    const into = await open();
    into.desktop.chooseImportFile.mockResolvedValue(path);
    const inspected = await into.handlers['exchange:inspect']({}, window);
    expect(inspected).toMatchObject({ fileName: 'all.json', report: { isDryRun: true, conversations: { new: 3 } } });
    expect(await into.services.conversations.list()).toEqual([]);
    expect(into.changes).toEqual([]);

    const id = inspected?.id ?? '';
    expect(await into.handlers['exchange:import']({ id }, window)).toMatchObject({ conversations: { new: 3 } });
    expect(await into.services.conversations.list()).toHaveLength(3);
    expect(into.changes).toEqual([{ kind: 'imported' }]);
    // What was imported is done with.
    await expect(into.handlers['exchange:import']({ id }, window)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that fails tells nobody of a change, and waits to be tried again', async () => {
    const { folder, desktop, handlers, changes } = await open();
    const path = join(folder, 'trees.jsonl');
    const tree = { message_tree_id: 't', prompt: { message_id: 'm', role: 'prompter', text: 'Why?', replies: [] } };
    writeFileSync(path, `${JSON.stringify(tree)}\n`);
    desktop.chooseImportFile.mockResolvedValueOnce(path);
    const id = (await handlers['exchange:inspect']({}, window))?.id ?? '';
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
    desktop.chooseImportFile.mockResolvedValueOnce(path);
    const id = (await handlers['exchange:inspect']({}, window))?.id ?? '';
    expect(await handlers['exchange:inspect']({}, window)).toBeNull();
    await expect(handlers['exchange:import']({ id }, window)).rejects.toMatchObject({ code: 'not-found' });
  });
});
