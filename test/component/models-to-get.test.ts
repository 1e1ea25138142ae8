import { screen, within } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../preload/contract/errors.ts';
import { FakeAssistant } from './fake-api.ts';
import { catalogueModel } from './fake-library.ts';
import { openWindow, settle, spoken, type OpenWindow } from './open-window.ts';

async function openModels(fake = new FakeAssistant()): Promise<OpenWindow> {
  const opened = await openWindow(fake);
  fake.choose('show-models');
  await settle();
  return opened;
}

function entry(): HTMLElement {
  return screen.getByRole('article', { name: 'OASST SFT-1 12B' });
}

function get(): HTMLButtonElement {
  return within(entry()).getByRole<HTMLButtonElement>('button', { name: 'Get this model' });
}

function onItsWay(): HTMLElement {
  return screen.getByRole('listitem', { name: 'OASST SFT-1 12B Q4_K_M' });
}

async function beginInstallation(): Promise<OpenWindow> {
  const opened = await openModels();
  await opened.user.click(get());
  await settle();
  return opened;
}

describe('a model that can be had', () => {
  test('tells what it is, what it fails at and what getting it means', async () => {
    const { fake } = await openModels();
    for (const words of [
      catalogueModel.summary,
      ...catalogueModel.limits,
      '11.8 billion parameters',
      'licence Apache-2.0',
      '23.8 GB to fetch',
      'Fits: wants 9.2 of 24 GB of memory; about 5 words a second.',
      'Fetches 23.8 GB from huggingface.co, converts it on this computer and verifies the result.',
      'Needs 17.6 GB of free disk while it is made, 7.58 GB afterwards.',
    ]) {
      expect(entry().textContent.replace(/\s+/g, ' ')).toContain(words);
    }
    expect(fake.callsOf('library.install')).toEqual([]);
  });

  test('begins with the usual quantization and gets the chosen one', async () => {
    const { fake, user } = await openModels();
    expect(screen.getByRole<HTMLInputElement>('radio', { name: /^Q4_K_M/ }).checked).toBe(true);
    await user.click(screen.getByRole('radio', { name: /^Q6_K .* 9\.73 GB 11\.3 GB fits about 4 words a second/ }));
    expect(entry().textContent).toContain('9.73 GB afterwards');
    await user.click(get());
    await settle();
    expect(fake.callsOf('library.install')).toEqual([{ catalogueId: catalogueModel.id, type: 'Q6_K' }]);
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'On its way' }));
  });

  test.each([
    ['the largest that fits', 6.74, 'Q4_0', false],
    ['the usual one where none fits', 1, 'Q4_K_M', true],
  ])('suggests %s', async (_name, freeGigabytes, type, isDisabled) => {
    const fake = new FakeAssistant();
    fake.library.value.machine.freeDiskBytes = (freeGigabytes + 10) * 1e9;
    await openModels(fake);
    expect(screen.getByRole<HTMLInputElement>('radio', { name: new RegExp(`^${type}`) }).checked).toBe(true);
    expect(get().disabled).toBe(isDisabled);
  });

  test('says why it cannot be got', async () => {
    const fake = new FakeAssistant();
    fake.library.value.machine.freeDiskBytes = 12e9;
    await openModels(fake);
    expect(get().disabled).toBe(true);
    const reason = screen.getByText(
      'The disk is too full for it: 17.6 GB are needed while it is made, 12.0 GB are free.',
    );
    expect(get().getAttribute('aria-describedby')).toContain(reason.id);
  });

  test('a refusal stands beside it', async () => {
    const fake = new FakeAssistant();
    fake.fail('library.install', ['disk-full', 'There is no room for the whole job. Free 3.2 GB, then try again.']);
    const { user } = await openModels(fake);
    await user.click(get());
    await settle();
    expect(within(entry()).getByText(/There is no room for the whole job/)).toBeTruthy();
    expect(get().disabled).toBe(false);
  });

  test('shows its source without leaving the app', async () => {
    const fake = new FakeAssistant();
    fake.settings.hubUrl = 'https://mirror.example/hub/';
    const { user } = await openModels(fake);
    await user.click(screen.getByRole('link', { name: catalogueModel.repository }));
    expect(fake.callsOf('app.openLink')).toEqual([
      { url: 'https://mirror.example/hub/OpenAssistant/oasst-sft-1-pythia-12b' },
    ]);
    expect(entry().textContent).toContain('from mirror.example,');
  });
});

describe('a model on its way', () => {
  test('tells phase, bytes, speed and time left', async () => {
    const { fake } = await beginInstallation();
    fake.library.advance({
      state: 'downloading',
      fetchedBytes: 9.41e9,
      convertedFraction: 0.31,
      bytesPerSecond: 12.3e6,
      secondsLeft: 1190,
    });
    await settle();
    expect(onItsWay().textContent).toContain('Fetching · 12.3 MB a second · about 20 minutes left');
    const fetched = within(onItsWay()).getByRole('progressbar', { name: 'Fetching OASST SFT-1 12B Q4_K_M' });
    expect(fetched.getAttribute('aria-valuetext')).toBe('9.4 of 23.8 GB');
    const converted = within(onItsWay()).getByRole('progressbar', { name: 'Converting OASST SFT-1 12B Q4_K_M' });
    expect(converted.getAttribute('aria-valuenow')).toBe('31');
    expect(within(entry()).getByText('OASST SFT-1 12B Q4_K_M is on its way.')).toBeTruthy();
  });

  test('speaks of phases, not of every percent', async () => {
    const { fake } = await beginInstallation();
    const before = spoken().length;
    fake.library.advance({ state: 'downloading', fetchedBytes: 1e9 });
    fake.library.advance({ fetchedBytes: 2e9 });
    fake.library.advance({ fetchedBytes: 3e9 });
    fake.library.advance({ state: 'converting' });
    await settle();
    expect(spoken().slice(before)).toBe('OASST SFT-1 12B Q4_K_M: Fetching.OASST SFT-1 12B Q4_K_M: Converting.');
  });

  test('pauses and resumes with one button that keeps the focus', async () => {
    const { fake, user } = await beginInstallation();
    await user.click(screen.getByRole('button', { name: 'Pause' }));
    await settle();
    expect(fake.callsOf('library.pauseInstallation')).toHaveLength(1);
    expect(onItsWay().textContent).toContain('Paused');
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Resume' }));
    await user.keyboard('{Enter}');
    await settle();
    expect(fake.callsOf('library.resumeInstallation')).toHaveLength(1);
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Pause' }));
  });

  test('says why it failed and tries again', async () => {
    const { fake, user } = await beginInstallation();
    const error = new AppError('network-failed', 'The connection was lost. What was fetched is kept.').toReport();
    fake.library.advance({ state: 'failed', error });
    await settle();
    expect(within(onItsWay()).getByText('The connection was lost. What was fetched is kept.')).toBeTruthy();
    expect(spoken()).toContain('Stopped by a failure. The connection was lost.');
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await settle();
    expect(fake.callsOf('library.resumeInstallation')).toHaveLength(1);
    expect(screen.queryByText('The connection was lost. What was fetched is kept.')).toBeNull();
  });

  test('is cancelled after a question that says what is lost', async () => {
    const { fake, user } = await beginInstallation();
    fake.library.advance({ state: 'downloading', fetchedBytes: 9.41e9 });
    await user.click(screen.getByRole('button', { name: 'Cancel…' }));
    expect(
      screen.getByRole('group', { name: /deletes what was fetched and converted so far \(9\.41 GB fetched\)/ }),
    ).toBeTruthy();
    const [installation] = fake.library.value.installations;
    await user.click(screen.getByRole('button', { name: 'Go on' }));
    expect(fake.callsOf('library.cancelInstallation')).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Cancel…' }));
    await user.click(screen.getByRole('button', { name: 'Delete what was fetched' }));
    await settle();
    expect(fake.callsOf('library.cancelInstallation')).toHaveLength(1);
    expect(screen.queryByRole('heading', { name: 'On its way' })).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Installed' }));
    expect(get().disabled).toBe(false);
    // Progress that was under way when it was cancelled brings nothing back.
    if (installation !== undefined) fake.library.tell(installation);
    await settle();
    expect(screen.queryByRole('heading', { name: 'On its way' })).toBeNull();
  });

  test('is in the list once it is finished, and says so wherever one is', async () => {
    const { fake, user } = await beginInstallation();
    await user.click(screen.getByRole('button', { name: 'Back' }));
    await settle();
    fake.library.finishInstallation();
    await settle();
    expect(screen.getByText('OASST SFT-1 12B Q4_K_M is installed and can be used.')).toBeTruthy();
    fake.choose('show-models');
    await settle();
    expect(within(onItsWay()).getByRole('button', { name: 'Use' })).toBeTruthy();
    expect(within(entry()).getByText('OASST SFT-1 12B Q4_K_M is installed.')).toBeTruthy();
    expect(get().disabled).toBe(true);
  });
});
