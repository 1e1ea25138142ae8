import { fireEvent, screen, waitFor, within, type BoundFunctions, type queries } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { ownFile } from './fake-library.ts';
import { openWindow, settle, type OpenWindow } from './open-window.ts';

async function openModels(fake = new FakeAssistant()): Promise<OpenWindow> {
  const opened = await openWindow(fake);
  fake.choose('show-models');
  await settle();
  return opened;
}

async function pickFile({ user }: OpenWindow): Promise<void> {
  await user.click(screen.getByRole('button', { name: 'Choose a model file…' }));
  await settle();
}

function panel(): HTMLElement {
  return screen.getByRole('group', { name: 'Pythia 1B deduped SFT Q8_0' });
}

/** The part of the page with what is installed: what happens is spoken elsewhere, too. */
function inSection(): BoundFunctions<typeof queries> {
  return within(screen.getByRole('region', { name: 'Installed' }));
}

function installed(): HTMLElement {
  return screen.getByRole('listitem', { name: 'Pythia 1B deduped SFT Q8_0' });
}

function dropping(...names: string[]): object {
  return { dataTransfer: { types: ['Files'], files: names.map((name) => new File(['GGUF'], name)) } };
}

describe('adding a model file', () => {
  test('shows what the file is before anything is added', async () => {
    const opened = await openModels();
    await pickFile(opened);
    expect(document.activeElement).toBe(panel());
    for (const words of [
      ownFile.path,
      '1.08 GB',
      'gptneox, 16 layers of 2,048',
      '2,048 tokens',
      'Open-Assistant turn marks',
      'Fits: wants 1.9 of 24 GB of memory',
    ]) {
      expect(panel().textContent).toContain(words);
    }
    expect(opened.fake.callsOf('library.inspectFile')).toEqual([{ path: null }]);
    expect(opened.fake.callsOf('library.addFile')).toEqual([]);
    await opened.user.keyboard('{Escape}');
    await settle();
    expect(screen.queryByRole('group', { name: 'Pythia 1B deduped SFT Q8_0' })).toBeNull();
    expect(screen.getByRole('heading', { level: 1, name: 'Models' })).toBeTruthy();
  });

  test('uses it where it lies', async () => {
    const opened = await openModels();
    await pickFile(opened);
    let finish: () => void = () => undefined;
    opened.fake.library.until = new Promise((resolve) => (finish = resolve));
    await opened.user.click(screen.getByRole('button', { name: 'Add this model' }));
    opened.fake.library.read(ownFile.path, 0.5);
    await settle();
    expect(screen.getByText('Reading, 0.54 of 1.08 GB done')).toBeTruthy();
    finish();
    await screen.findByRole('listitem', { name: 'Pythia 1B deduped SFT Q8_0' });
    expect(opened.fake.callsOf('library.addFile')).toEqual([{ path: ownFile.path, copy: false, asCompletion: false }]);
    expect(installed().textContent).toContain('your file, used where it lies');
    await waitFor(() => {
      expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Installed' }));
    });
  });

  test("copies it into the app's folder, with numbers", async () => {
    const opened = await openModels();
    await pickFile(opened);
    let finish: () => void = () => undefined;
    opened.fake.library.until = new Promise((resolve) => (finish = resolve));
    await opened.user.click(screen.getByRole('radio', { name: "Copy it into the app's folder" }));
    await opened.user.click(screen.getByRole('button', { name: 'Add this model' }));
    opened.fake.library.read(ownFile.path, 0.5);
    await settle();
    expect(screen.getByText('Copying, 0.54 of 1.08 GB done')).toBeTruthy();
    finish();
    await waitFor(() => {
      expect(screen.queryByRole('progressbar')).toBeNull();
    });
    expect(opened.fake.callsOf('library.addFile')).toEqual([{ path: ownFile.path, copy: true, asCompletion: false }]);
    expect(installed().textContent).toContain("copied into the app's folder");
  });

  test('takes a file without a prompt format only as plain completion, and says why', async () => {
    const fake = new FakeAssistant();
    const withoutFormat = 'The file has neither turn marks nor a chat template.';
    fake.library.file = { ...ownFile, facts: { ...ownFile.facts, promptFormat: null, withoutFormat } };
    const opened = await openModels(fake);
    await pickFile(opened);
    expect(within(panel()).getByText(withoutFormat)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Add this model' })).toBeNull();
    await opened.user.click(screen.getByRole('button', { name: 'Use as plain completion' }));
    await settle();
    expect(fake.callsOf('library.addFile')).toEqual([{ path: ownFile.path, copy: false, asCompletion: true }]);
    expect(installed().textContent).toContain('plain completion');
  });

  test('says why a file was refused, in place', async () => {
    const fake = new FakeAssistant();
    fake.fail('library.inspectFile', ['model-unreadable', 'This file ends early: 3.1 of 7.6 GB.']);
    const opened = await openModels(fake);
    await pickFile(opened);
    expect(inSection().getByText('This file ends early: 3.1 of 7.6 GB.')).toBeTruthy();
    fake.failing.clear();
    await pickFile(opened);
    expect(inSection().queryByText('This file ends early: 3.1 of 7.6 GB.')).toBeNull();
    fake.fail('library.addFile', ['disk-full', 'The disk is full. The copy was removed.']);
    await opened.user.click(screen.getByRole('button', { name: 'Add this model' }));
    await settle();
    expect(inSection().getByText('The disk is full. The copy was removed.')).toBeTruthy();
    expect(panel()).toBeTruthy();
  });

  test('a cancelled dialog changes nothing', async () => {
    const fake = new FakeAssistant();
    fake.library.file = null;
    const opened = await openModels(fake);
    await pickFile(opened);
    expect(screen.queryByRole('button', { name: 'Add this model' })).toBeNull();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Choose a model file…' }).disabled).toBe(false);
  });

  test('a file that is there already is not added twice', async () => {
    const fake = new FakeAssistant();
    fake.library.file = { ...ownFile, modelId: 'guide' };
    const opened = await openModels(fake);
    await pickFile(opened);
    expect(within(panel()).getByText('This file is already in the list.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Add this model' })).toBeNull();
  });

  test('a copy that the disk has no room for cannot be chosen', async () => {
    const fake = new FakeAssistant();
    fake.library.value.machine.freeDiskBytes = 1e9;
    const opened = await openModels(fake);
    await pickFile(opened);
    const copy = screen.getByRole<HTMLInputElement>('radio', { name: /^Copy it .* 1\.00 GB are free, too few$/ });
    expect(copy.disabled).toBe(true);
  });
});

describe('dropping a file on the window', () => {
  test('opens the models page and looks at it', async () => {
    const { fake } = await openWindow();
    await fireEvent.dragOver(document.body, dropping('a.gguf'));
    expect(screen.getByText(/^Drop a GGUF model file to look at it/)).toBeTruthy();
    await fireEvent.drop(document.body, dropping('a.gguf'));
    await settle();
    expect(screen.queryByText(/^Drop a GGUF model file/)).toBeNull();
    expect(fake.callsOf('library.inspectFile')).toEqual([{ path: '/home/owner/dropped/a.gguf' }]);
    expect(panel()).toBeTruthy();
    expect(fake.callsOf('library.addFile')).toEqual([]);
  });

  test('takes one file at a time', async () => {
    const { fake } = await openWindow();
    await fireEvent.drop(document.body, dropping('a.gguf', 'b.gguf'));
    await settle();
    expect(inSection().getByText('2 files were dropped. Drop one at a time.')).toBeTruthy();
    expect(fake.callsOf('library.inspectFile')).toEqual([]);
  });

  test('leaves text that is dragged alone', async () => {
    await openWindow();
    await fireEvent.dragOver(document.body, { dataTransfer: { types: ['text/plain'], files: [] } });
    expect(screen.queryByText(/^Drop a GGUF model file/)).toBeNull();
  });
});

describe('where models come from', () => {
  test.each([
    [
      'Hub or mirror',
      'https://mirror.example',
      { hubUrl: 'https://mirror.example' },
      { hubUrl: 'https://huggingface.co' },
    ],
    ['Proxy', 'http://10.0.0.1:8080', { proxyUrl: 'http://10.0.0.1:8080' }, { proxyUrl: null }],
  ])('%s is set and reset', async (name, address, change, reset) => {
    const { fake, user } = await openModels();
    const field = screen.getByRole<HTMLInputElement>('textbox', { name });
    await user.type(field, `${address}{Enter}`);
    await settle();
    expect(fake.callsOf('settings.change')).toEqual([change]);
    expect(field.value).toBe(address);
    await user.click(screen.getByRole('button', { name: `Reset ${name.toLowerCase()}` }));
    await settle();
    expect(fake.callsOf('settings.change')).toEqual([change, reset]);
    expect(field.value).toBe('');
  });

  test.each(['ftp://mirror.example', 'mirror', 'https://'])('%s is named as no address and not saved', async (text) => {
    const { fake, user } = await openModels();
    const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Hub or mirror' });
    await user.type(field, text);
    expect(field.getAttribute('aria-invalid')).toBe('false');
    await user.tab();
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByText(/^This is not an address/)).toBeTruthy();
    expect(fake.callsOf('settings.change')).toEqual([]);
    field.focus();
    await user.keyboard('{Escape}');
    expect(field.value).toBe('');
    expect(screen.queryByText(/^This is not an address/)).toBeNull();
  });
});
