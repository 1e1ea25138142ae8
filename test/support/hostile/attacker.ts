import type { Page } from '@playwright/test';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunningApp } from '../app.ts';
import type { Listener } from './listener.ts';
import type { Attack } from './page-attacks.ts';

/** An attack that was tried, and how it got through: null when it did not. */
export interface Attempt {
  kind: string;
  name: string;
  accepted: string | null;
}

/** Longer than any of them takes that comes to an end. */
const limitMs = 4000;
/** Until what an attack has set off has happened. */
const usualSettleMs = 120;

type Tried = Pick<RunningApp, 'electron' | 'window'>;

/** What can be seen of an app from outside its pages. */
interface Sight {
  windows: string[];
  /** Pages that were loaded into frames. */
  frames: string[];
  downloads: number;
  /** The prototype of main's objects. */
  isPolluted: boolean;
}

/** Counts downloads, from now on, that nobody stopped. */
async function watchDownloads({ electron }: Tried): Promise<void> {
  await electron.evaluate(({ session }) => {
    const counted = globalThis as { downloads?: number };
    counted.downloads = 0;
    session.defaultSession.on('will-download', (event) => {
      if (!event.defaultPrevented) counted.downloads = (counted.downloads ?? 0) + 1;
    });
  });
}

function look({ electron }: Tried): Promise<Sight> {
  return electron.evaluate(async ({ webContents }) => {
    const all = webContents.getAllWebContents();
    const below = all.flatMap(({ mainFrame }) => mainFrame.framesInSubtree.filter((frame) => frame !== mainFrame));
    // A frame that was refused its page keeps the page's address; what it is at, only it can tell.
    const shown = below.map((frame) =>
      Promise.race([
        frame.executeJavaScript('location.href').then(String, () => ''),
        new Promise<string>((resolve) => setTimeout(() => resolve(''), 300)),
      ]),
    );
    return {
      windows: all.map((contents) => contents.getURL().split('#')[0] ?? '').sort(),
      frames: (await Promise.all(shown)).filter((address) => !/^(about:|chrome-error:|$)/.test(address)),
      downloads: (globalThis as { downloads?: number }).downloads ?? 0,
      isPolluted: 'polluted' in {},
    };
  });
}

/** How two sights differ, in words; null when they do not. */
function differenceOf(before: Sight, after: Sight): string | null {
  if (after.windows.join() !== before.windows.join()) return `windows are at ${after.windows.join(', ')}`;
  if (after.frames.length > 0) return `a frame shows ${after.frames.join(', ')}`;
  if (after.downloads > before.downloads) return 'a file was saved';
  return after.isPolluted ? 'the prototype of objects was changed' : null;
}

/**
 * Runs the attacks in a page, one after the other, and looks after each what came of it.
 *
 * @param settleMs shorter for attacks that are over when they answer
 */
export async function attackPage(
  app: Tried,
  page: Page,
  listener: Listener,
  attacks: readonly Attack[],
  settleMs = usualSettleMs,
): Promise<Attempt[]> {
  await watchDownloads(app);
  const attempts: Attempt[] = [];
  const before = await look(app);
  for (const { kind, name, code } of attacks) {
    listener.take();
    await page.evaluate('globalThis.broken = []');
    const answer = page
      .evaluate(`(async (target) => { ${code} })(${JSON.stringify(listener.target)})`)
      .catch(() => 'refused');
    const said = await Promise.race([answer, wait(limitMs, 'no answer')]);
    await wait(settleMs);
    const broken = await page.evaluate('globalThis.broken?.length > 0 || "polluted" in {}');
    const isSamePage = await page.evaluate('Array.isArray(globalThis.broken)');
    const arrived = listener.take();
    const accepted =
      (said === true ? 'it says so itself' : null) ??
      (broken === true ? 'it ran' : null) ??
      (isSamePage === true ? null : 'it led to another page') ??
      (arrived.length > 0 ? `${arrived.join(', ')} arrived` : null) ??
      differenceOf(before, await look(app));
    attempts.push({ kind, name, accepted });
  }
  return attempts;
}
