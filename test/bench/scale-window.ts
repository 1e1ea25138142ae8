import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { launchApp, makeDataFolder, removeDataFolder, type RunningApp } from '../support/app.ts';
import { fillDatabase, idOf } from './filled-database.ts';
import { median, note } from './report.ts';

/** Start, switching, typing and searching in the real window, in turns with the app that has nothing in it. */

const typedText = 'How do bees find their way home?';
const keyDelayMs = 40;
const query = 'water';
/** Until what follows the first frame is done. */
const settleMs = 2_500;
/** So many conversations are switched to in a round; they are near the top of the list. */
const switches = 5;

/** Runs in the page: the moments at which something was painted. */
const observePage = `
  const afterPaint = (told) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => told(performance.now());
    port2.postMessage(null);
  });
  const until = (isThere) => new Promise((told) => {
    const look = () => (isThere() ? afterPaint(told) : requestAnimationFrame(look));
    look();
  });
  globalThis.typedMs = [];
  addEventListener('keydown', ({ timeStamp }) => afterPaint((at) => typedMs.push(at - timeStamp)), true);
  const lastTurn = () => [...document.querySelectorAll('[data-turn]')].at(-1)?.dataset.turn;
  globalThis.switchTo = async (id, leafId) => {
    const startedMs = performance.now();
    document.querySelector('[data-conversation="' + id + '"]').click();
    return (await until(() => lastTurn() === leafId)) - startedMs;
  };
  globalThis.awaitFirstHit = () => {
    globalThis.foundMs = new Promise((told) => addEventListener('input', async ({ timeStamp }) => {
      const at = await until(() => document.querySelector('[role=listbox] [role=option]') !== null);
      told(at - timeStamp);
    }, { capture: true, once: true }));
  };
`;

export interface WindowRound {
  startMs: number;
  typingMs: number;
  memoryMB: number;
  /** Null where there is nothing to switch to, or to be found. */
  switchMs: number | null;
  searchMs: number | null;
}

async function measureTyping(window: Page): Promise<number> {
  const field = window.getByRole('textbox', { name: 'Question', exact: true });
  await field.click();
  await window.evaluate('typedMs.length = 0');
  await window.keyboard.type(typedText, { delay: keyDelayMs });
  const typedMs = await window.evaluate<number[]>('typedMs');
  await field.fill('');
  return median(typedMs);
}

async function measureSwitching(window: Page, conversations: number): Promise<number> {
  const tookMs: number[] = [];
  for (let each = 2; each < 2 + switches; each += 1) {
    const number = conversations - each;
    const leafId = idOf(2, number * 20 + 19);
    tookMs.push(await window.evaluate<number>(`switchTo('${idOf(1, number)}', '${leafId}')`));
  }
  return median(tookMs);
}

async function measureSearch(window: Page): Promise<number> {
  const list = window.getByRole('navigation', { name: 'Conversations' });
  await list.getByRole('button', { name: 'Find', exact: true }).click();
  await window.locator('[data-search-field]').focus();
  await window.evaluate('void awaitFirstHit()');
  await window.keyboard.insertText(query);
  return window.evaluate<number>('foundMs');
}

/** Of all processes of the app; the engine, which holds the model, is none of Electron's. */
function memoryOf({ electron }: RunningApp): Promise<number> {
  return electron.evaluate(({ app }) => {
    const kilobytes = app.getAppMetrics().map(({ memory }) => memory.workingSetSize);
    return (kilobytes.reduce((sum, each) => sum + each, 0) * 1024) / 1e6;
  });
}

async function measureRound(dataFolder: string, conversations: number): Promise<WindowRound> {
  const startedMs = performance.now();
  const app = await launchApp({ dataFolder });
  try {
    const { window } = app;
    await window.locator('textarea:enabled').waitFor({ state: 'visible' });
    const startMs = performance.now() - startedMs;
    await new Promise((next) => setTimeout(next, settleMs));
    await window.evaluate(observePage);
    const switchMs = conversations === 0 ? null : await measureSwitching(window, conversations);
    const typingMs = await measureTyping(window);
    const memoryMB = await memoryOf(app);
    const searchMs = conversations === 0 ? null : await measureSearch(window);
    return { startMs, typingMs, memoryMB, switchMs, searchMs };
  } finally {
    await app.quit();
  }
}

/** The medians for each number of conversations, each of them in every round. */
export async function measureWindows(sizes: readonly number[], rounds: number): Promise<Map<number, WindowRound>> {
  const folders = new Map(sizes.map((size) => [size, makeDataFolder()]));
  try {
    for (const [size, folder] of folders) if (size > 0) fillDatabase(join(folder, 'conversations.sqlite3'), size);
    const measured = new Map(sizes.map((size) => [size, [] as WindowRound[]]));
    // The first start of each fills caches and remembers a conversation to open; it is not counted.
    for (let round = 0; round <= rounds; round += 1) {
      for (const [size, folder] of folders) {
        const figures = await measureRound(folder, size);
        note(`round ${String(round)}, ${String(size)} conversations: ${JSON.stringify(figures)}`);
        if (round > 0) measured.get(size)?.push(figures);
      }
    }
    return new Map([...measured].map(([size, all]) => [size, mediansOf(all)]));
  } finally {
    for (const folder of folders.values()) removeDataFolder(folder);
  }
}

function mediansOf(rounds: readonly WindowRound[]): WindowRound {
  const medianOf = (figure: 'startMs' | 'typingMs' | 'memoryMB'): number => median(rounds.map((each) => each[figure]));
  const medianOfSome = (figure: 'switchMs' | 'searchMs'): number | null => {
    const values = rounds.flatMap((each) => each[figure] ?? []);
    return values.length === 0 ? null : median(values);
  };
  return {
    startMs: medianOf('startMs'),
    typingMs: medianOf('typingMs'),
    memoryMB: medianOf('memoryMB'),
    switchMs: medianOfSome('switchMs'),
    searchMs: medianOfSome('searchMs'),
  };
}
