import { screen, waitFor } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { formatBytes, formatBytesOf, formatDuration } from '../../renderer/lib/format.ts';
import { FakeAssistant } from './fake-api.ts';
import { openWindow, settle, spoken } from './open-window.ts';

function chip(): HTMLElement {
  return screen.getByRole('button', { name: /^Model/ });
}

describe('the model chip', () => {
  test('says name, quantization, where it runs and its state', async () => {
    await openWindow();
    expect(chip().textContent.replace(/\s+/g, ' ').trim()).toBe('Model: OASST SFT-1 12B Q4_K_M CPU, 2 threads ready');
  });

  test('follows the loading', async () => {
    const { fake } = await openWindow();
    fake.setModel({ state: 'loading', loadFraction: 0.42 });
    await settle();
    expect(chip().textContent).toContain('loading 42 %');
    fake.setModel({ state: 'ready', loadFraction: null });
    await settle();
    expect(spoken()).toBe('OASST SFT-1 12B: loadingOASST SFT-1 12B: ready');
  });

  test('opens the facts of the file and what can be done', async () => {
    const { user } = await openWindow();
    await user.click(chip());
    const sheet = await screen.findByRole('dialog', { name: 'The model in use' });
    expect(sheet.textContent).toContain('oasst-sft-1-12b-Q4_K_M.gguf');
    expect(sheet.textContent).toContain('7.58 GB');
    expect(sheet.textContent).toContain('2,048 tokens');
    await user.click(screen.getByRole('button', { name: 'Models…' }));
    await settle();
    expect(screen.getByRole('heading', { level: 1, name: 'Models' })).toBeTruthy();
    await waitFor(() => {
      expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Models' }));
    });
    await user.keyboard('{Escape}');
    await settle();
    expect(document.activeElement).toBe(chip());
  });

  test('words a failure and offers the same ways on', async () => {
    const fake = new FakeAssistant();
    fake.setModel({
      state: 'failed',
      error: { code: 'model-missing', message: 'The file a.gguf is no longer where it was.', details: {} },
    });
    const { user } = await openWindow(fake);
    expect(chip().textContent).toContain('could not be loaded');
    await user.click(chip());
    expect(await screen.findByText('The file a.gguf is no longer where it was.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(fake.callsOf('models.load')).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Use the guide' }));
    await settle();
    expect(fake.callsOf('library.use')).toEqual([{ modelId: 'guide' }]);
  });
});

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [9_400_000, '9.40 MB'],
  [7_580_000_000, '7.58 GB'],
  [23_840_000_000, '23.8 GB'],
  [512_000_000, '512 MB'],
])('%i bytes are %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});

test.each([
  [9.41e9, 23.84e9, '9.4 of 23.8 GB'],
  [3.1e9, 7.58e9, '3.10 of 7.58 GB'],
  [9.2e9, 24e9, '9.2 of 24 GB'],
  [0, 7.58e9, '0.00 of 7.58 GB'],
])('%d of %d bytes are %s', (part, whole, words) => {
  expect(formatBytesOf(part, whole)).toBe(words);
});

test.each([
  [20, 'less than a minute'],
  [60, '1 minute'],
  [1190, '20 minutes'],
  [3600, '1 hour'],
  [4801, '1 hour 20 minutes'],
  [50_000, '13 hours'],
])('%d seconds are %s', (seconds, words) => {
  expect(formatDuration(seconds)).toBe(words);
});
