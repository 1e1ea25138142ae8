import { screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { formatBytes } from '../../renderer/lib/format.ts';
import { FakeAssistant, guideModel } from './fake-api.ts';
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
    const { fake, user } = await openWindow();
    await user.click(chip());
    const sheet = await screen.findByRole('dialog', { name: 'The model in use' });
    expect(sheet.textContent).toContain('oasst-sft-1-12b-Q4_K_M.gguf');
    expect(sheet.textContent).toContain('7.58 GB');
    expect(sheet.textContent).toContain('2,048 tokens');
    await user.click(screen.getByRole('button', { name: 'Use the guide' }));
    await settle();
    expect(fake.callsOf('models.useGuide')).toHaveLength(1);
    expect(chip().textContent).toContain(guideModel.name);
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
    expect(screen.getByRole('button', { name: 'Use the guide' })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Choose a model file…' }));
    expect(fake.callsOf('models.chooseFile')).toHaveLength(1);
  });

  test('shows why a chosen file was refused', async () => {
    const fake = new FakeAssistant();
    fake.fail('models.chooseFile', ['model-unsupported', 'This file holds a model that the app cannot run.']);
    await openWindow(fake);
    fake.choose('choose-model');
    await settle();
    expect(screen.getByText('This file holds a model that the app cannot run.')).toBeTruthy();
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
