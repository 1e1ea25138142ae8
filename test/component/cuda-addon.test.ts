import { screen, within } from '@testing-library/svelte';
import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import type { CudaAddonState } from '../../preload/contract/cuda-addon.ts';
import { FakeAssistant } from './fake-api.ts';
import { openWindow, settle, spoken, type OpenWindow } from './open-window.ts';

const offered = { step: { kind: 'offered' } } as const;
const fetching = { step: { kind: 'fetching', fetchedBytes: 80_000_000, secondsLeft: 240 } } as const;
const ready = { step: { kind: 'ready' } } as const;
const failure = { code: 'network-failed', message: 'The server could not be reached.', details: {} } as const;

/** The settings of the device, on a machine as told. */
async function openDevice(change: Partial<CudaAddonState>): Promise<OpenWindow> {
  const fake = new FakeAssistant();
  fake.cudaAddon.change(change);
  const opened = await openWindow(fake);
  fake.choose('show-settings');
  await settle();
  await opened.user.click(screen.getByRole('tab', { name: 'Model and device' }));
  await settle();
  return opened;
}

function section(): HTMLElement | null {
  return screen.queryByRole('region', { name: 'CUDA for NVIDIA cards' });
}

function words(): string {
  return section()?.textContent.replace(/\s+/g, ' ') ?? '';
}

function buttons(): string[] {
  const found = section();
  return found === null
    ? []
    : within(found)
        .queryAllByRole('button')
        .map(({ textContent }) => textContent.trim());
}

async function press(opened: OpenWindow, name: string): Promise<void> {
  await opened.user.click(screen.getByRole('button', { name }));
  await settle();
}

async function tell(opened: OpenWindow, change: Partial<CudaAddonState>): Promise<void> {
  opened.fake.cudaAddon.change(change);
  await settle();
}

function methods({ fake }: OpenWindow): string[] {
  return fake.calls.map(({ method }) => method).filter((method) => method.startsWith('cudaAddon.'));
}

describe('the CUDA engine', () => {
  test.each(['system', 'driver', 'processor'] as const)('is not spoken of without need: %s', async (because) => {
    await openDevice({ step: { kind: 'not-offered', because } });
    expect(section()).toBeNull();
  });

  test('that was not made with the app is not offered, and that is said', async () => {
    await openDevice({ step: { kind: 'not-offered', because: 'archive' }, archive: null });
    expect(words()).toContain('built without a CUDA engine to fetch');
    expect(buttons()).toEqual([]);
  });

  test('is looked for when its settings are opened, not before', async () => {
    expect(methods(await openWindow())).toEqual([]);
  });

  test('is offered with its size and its places, and fetched by the button alone', async () => {
    const opened = await openDevice(offered);
    expect(methods(opened)).toEqual(['cudaAddon.state']);
    expect(words()).toContain('320 MB to fetch from releases.example.org, 564 MB on the disk afterwards');
    expect(words()).toContain('It will lie in /data/addons/cuda-3.22.1.');
    expect(words()).not.toContain('CUDA libraries');
    expect((await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } })).violations).toEqual([]);
    await press(opened, 'Fetch it, 320 MB');
    expect(methods(opened)).toEqual(['cudaAddon.state', 'cudaAddon.fetch']);
  });

  test('says when NVIDIA’s libraries are missing', async () => {
    await openDevice({ ...offered, hasCudaLibraries: false });
    expect(words()).toContain('NVIDIA’s CUDA libraries, version 12 or 13, which were not found on this machine');
  });

  test('shows how far it is, with the focus where it was, and can be stopped and gone on with', async () => {
    const opened = await openDevice(offered);
    await press(opened, 'Fetch it, 320 MB');
    await tell(opened, fetching);
    expect(words()).toContain('Fetching it: 80 of 320 MB, 4 minutes left');
    expect(screen.getByRole('progressbar', { name: 'The CUDA engine' }).getAttribute('aria-valuenow')).toBe('25');
    expect(document.activeElement?.textContent.trim()).toBe('Stop');
    expect((await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } })).violations).toEqual([]);
    await press(opened, 'Stop');
    await tell(opened, { step: { kind: 'paused', fetchedBytes: 80_000_000 } });
    expect(words()).toContain('80 of 320 MB are fetched and kept.');
    expect(buttons()).toEqual(['Go on', 'Delete what was fetched']);
    await press(opened, 'Go on');
    await press(opened, 'Delete what was fetched');
    expect(methods(opened).slice(1)).toEqual([
      'cudaAddon.fetch',
      'cudaAddon.stop',
      'cudaAddon.fetch',
      'cudaAddon.remove',
    ]);
  });

  test('is unpacked, then ready, and that is said', async () => {
    const opened = await openDevice(fetching);
    await tell(opened, { step: { kind: 'unpacking', fraction: 0.5 } });
    expect(words()).toContain('Unpacking it');
    expect(screen.getByRole('progressbar', { name: 'The CUDA engine' }).getAttribute('aria-valuenow')).toBe('50');
    await tell(opened, ready);
    expect(spoken()).toContain('The CUDA engine is ready.');
    expect(words()).toContain('It is here and takes 564 MB');
  });

  test('that failed says why, and that stays until the next try', async () => {
    const opened = await openDevice(fetching);
    await tell(opened, { step: { kind: 'paused', fetchedBytes: 5 }, failure });
    expect(words()).toContain('The server could not be reached.');
    expect(buttons()).toContain('Go on');
    await tell(opened, fetching);
    expect(words()).not.toContain('could not be reached');
  });

  test('is removed after a question', async () => {
    const opened = await openDevice(ready);
    await press(opened, 'Remove it…');
    expect(words()).toContain('Having it again means fetching 320 MB.');
    await press(opened, 'Keep it');
    await press(opened, 'Remove it…');
    await press(opened, 'Remove it');
    expect(methods(opened)).toEqual(['cudaAddon.state', 'cudaAddon.remove']);
    await tell(opened, offered);
    expect(buttons()).toEqual(['Fetch it, 320 MB']);
  });

  test('that cannot be removed now says why', async () => {
    const opened = await openDevice(ready);
    opened.fake.fail('cudaAddon.remove', ['busy', 'An answer is still being written.']);
    await press(opened, 'Remove it…');
    await press(opened, 'Remove it');
    expect(screen.getByText('An answer is still being written.')).toBeTruthy();
  });

  test.each([
    { unused: 'earlier', because: 'driver', said: 'of an earlier version of the app is still here' },
    { unused: 'damaged', because: 'processor', said: 'is damaged. It is not used.' },
    { unused: 'unfinished', because: 'processor', said: 'A part of a CUDA engine was fetched' },
  ] as const)('that is $unused is told and can be deleted, also where none is offered', async (found) => {
    const { unused, because, said } = found;
    const opened = await openDevice({ step: { kind: 'not-offered', because }, unused });
    expect(words()).toContain(said);
    await press(opened, 'Delete the unused one');
    expect(methods(opened)).toContain('cudaAddon.remove');
  });
});
