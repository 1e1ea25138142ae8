import { cleanup, render, screen, within, type BoundFunctions, type queries } from '@testing-library/svelte';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import { tick } from 'svelte';
import { afterEach, vi } from 'vitest';
import MainWindow from '../../renderer/main-window/MainWindow.svelte';
import { createStores, type Stores } from '../../renderer/stores/stores.ts';
import { FakeAssistant } from './fake-api.ts';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function doNothing(): void {
  // Nothing is ever measured here.
}

/** What a browser has and jsdom has not. Layout does not exist in jsdom, so nothing is ever measured or matched. */
export function addMissingBrowserParts(isNarrow: boolean): void {
  vi.stubGlobal('matchMedia', (media: string) => {
    const list = new EventTarget();
    return Object.assign(list, { media, matches: isNarrow });
  });
  vi.stubGlobal(
    'ResizeObserver',
    class {
      readonly observe = doNothing;
      readonly unobserve = doNothing;
      readonly disconnect = doNothing;
    },
  );
  vi.stubGlobal('requestIdleCallback', (work: () => void) => setTimeout(work, 0));
  vi.stubGlobal('cancelIdleCallback', (handle: ReturnType<typeof setTimeout>) => {
    clearTimeout(handle);
  });
  Element.prototype.scrollIntoView = doNothing;
  // A popover hides while its button is drawn nowhere.
  Element.prototype.getClientRects = () => [new DOMRect(0, 0, 100, 20)] as unknown as DOMRectList;
}

export interface OpenWindow {
  fake: FakeAssistant;
  stores: Stores;
  user: UserEvent;
}

/** The main window over a fake main process, after it has read everything. */
export async function openWindow(fake = new FakeAssistant(), isNarrow = false): Promise<OpenWindow> {
  addMissingBrowserParts(isNarrow);
  const user = userEvent.setup();
  const stores = createStores(fake.api);
  render(MainWindow, { props: { stores } });
  await screen.findByRole('button', { name: /^Model/ });
  await settle();
  return { fake, stores, user };
}

/** A window that shows a conversation of these turns, question first. */
export async function openConversation(
  texts: string[],
  fake = new FakeAssistant(),
): Promise<OpenWindow & { id: string }> {
  const id = fake.addConversation('A conversation', texts);
  fake.settings.lastConversationId = id;
  const opened = await openWindow(fake);
  await screen.findByRole('heading', { name: 'A conversation', level: 1 });
  return { ...opened, id };
}

/** Lets answers of the fake arrive and the page follow. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await Promise.resolve();
  await tick();
}

export function composer(): HTMLTextAreaElement {
  return screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Question' });
}

export function turn(name: string): HTMLElement {
  return screen.getByRole('article', { name });
}

/** Everything the live region holds, as one text. */
export function spoken(): string {
  return screen.getByRole('log', { name: 'Announcements' }).textContent;
}

export function inTurn(name: string): BoundFunctions<typeof queries> {
  return within(turn(name));
}

/** Types a question and sends it; gives the id of the answer that is being written. */
export async function ask({ fake, user }: OpenWindow, question: string): Promise<string> {
  await user.click(composer());
  await user.keyboard(`${question}{Enter}`);
  await settle();
  return fake.running().id;
}
