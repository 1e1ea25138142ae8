import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { electronEnvironment, electronSwitches } from '../../scripts/setup/electron-launch.mjs';
import { electronExecutable } from '../../scripts/setup/electron-runtime.mjs';
import { goneOf, makeDataFolder, projectRoot, removeDataFolder } from '../support/app.ts';
import { xdotoolObstacle } from '../support/xdotool.ts';
import { benchArguments, median, note, report, rounded, type BenchResult } from './report.ts';

/**
 * From pressing the global shortcut to a painted window with the cursor in its field, and from Enter to the first
 * character of an answer of the guide. The keys are pressed on the X display by xdotool. The page tells by itself when
 * it was reached; a driver such as Playwright would keep it awake while it is hidden.
 *
 * npm run bench -- quickask [--rounds 30] [--json]
 */
export const needsElectron = true;

const shortcut = 'ctrl+shift+space';
const limitMs = 100;
const answers = 5;
/** Between two rounds everything comes to rest, and the window is as hidden as it gets. */
const restMs = 400;
/** After the start the shortcut is registered and the model is loaded. */
const settleMs = 3000;

type Evaluate = (expression: string) => Promise<unknown>;

/** Runs in the page: the moments at which the focus came and was painted, and at which an answer began. */
const observePage = `
  globalThis.seen = { shown: [], answered: [] };
  const now = () => performance.timeOrigin + performance.now();
  addEventListener('focus', () => requestAnimationFrame(() => requestAnimationFrame(() => {
    if (document.activeElement?.matches('textarea')) seen.shown.push(now());
  })));
  const begun = new Set();
  new MutationObserver(() => {
    for (const answer of document.querySelectorAll('article.assistant')) {
      const hasText = answer.querySelector('.markdown')?.textContent.trim();
      if (!hasText || begun.has(answer.dataset.turn)) continue;
      begun.add(answer.dataset.turn);
      seen.answered.push(now());
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
`;

/** The time that pages and processes of one machine share, to fractions of a millisecond. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** A page of the running app, asked over the DevTools protocol. */
async function connect(address: string): Promise<Evaluate> {
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const waiting = new Map<number, (value: unknown) => void>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: { result?: { value?: unknown } } };
    if (id !== undefined) waiting.get(id)?.(result?.result?.value);
  });
  let nextId = 1;
  return (expression) =>
    new Promise((resolve) => {
      const id = nextId++;
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params: { expression, returnByValue: true } }));
    });
}

/** Resolves with what `look` finds; rejects when it finds nothing for long. */
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(50);
  }
  throw new Error(`${what} did not come.`);
}

/** Starts the app with an open door for the DevTools protocol; gives its process and that door's port. */
async function startApp(dataFolder: string): Promise<{ app: ChildProcess; port: string }> {
  const args = [...electronSwitches(process.env), '--remote-debugging-port=0', projectRoot, '--data', dataFolder];
  const app = spawn(electronExecutable(), args, {
    env: electronEnvironment(process.env),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  app.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
  const port = await until('The app', async () => /DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
  return { app, port };
}

interface Keyboard {
  /** Gives the moment of the press. */
  press: (keys: string) => number;
  type: (text: string) => void;
  end: () => void;
}

/** One process that presses keys as it is told, so that starting it is not measured. */
function startKeyboard(): Keyboard {
  const keyboard = spawn('xdotool', ['-'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const tell = (line: string): void => {
    keyboard.stdin.write(`${line}\n`);
  };
  return {
    press(keys) {
      const atMs = nowMs();
      tell(`key ${keys}`);
      return atMs;
    },
    type: (text) => tell(`type --delay 10 "${text}"`),
    end: () => keyboard.stdin.end(),
  };
}

/** Where the quick window's page can be talked to, once it is there. */
async function pageAddress(port: string): Promise<string> {
  return until('The quick window', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/json`);
    const pages = (await answer.json()) as { url: string; webSocketDebuggerUrl: string }[];
    return pages.find(({ url }) => url.endsWith('quick-ask.html'))?.webSocketDebuggerUrl;
  });
}

/** Measures both ways: showing the window, and asking in it. */
async function measureAll(evaluate: Evaluate, keyboard: Keyboard, rounds: number): Promise<BenchResult> {
  /** Presses keys and waits until the page has seen one thing more; gives the milliseconds in between. */
  const measure = async (what: 'shown' | 'answered', keys: string): Promise<number> => {
    const count = Number(await evaluate(`seen.${what}.length`));
    const pressedMs = keyboard.press(keys);
    const seenMs = await until(`What ${keys} does`, async () => {
      const value = await evaluate(`seen.${what}[${String(count)}]`);
      return typeof value === 'number' ? value : undefined;
    });
    return seenMs - pressedMs;
  };

  const shownMs: number[] = [];
  // The first time nothing is cached; it is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    const tookMs = await measure('shown', shortcut);
    if (round > 0) shownMs.push(tookMs);
    await wait(restMs);
    keyboard.press('Escape');
    await wait(restMs);
  }
  note(`shown: ${shownMs.map((ms) => ms.toFixed(0)).join(' ')} ms`);

  await measure('shown', shortcut);
  const answeredMs: number[] = [];
  for (let round = 0; round < answers; round += 1) {
    keyboard.press('ctrl+n');
    keyboard.type('What is a meme?');
    await wait(1000);
    answeredMs.push(await measure('answered', 'Return'));
    await until('The end of the answer', async () =>
      (await evaluate(`document.querySelector('article.assistant')?.ariaBusy === 'false'`)) === true ? true : undefined,
    );
  }
  note(`answered: ${answeredMs.map((ms) => ms.toFixed(0)).join(' ')} ms`);

  return {
    name: 'quickask',
    pass: median(shownMs) < limitMs,
    shownMs: rounded(median(shownMs), 1),
    worstShownMs: rounded(Math.max(...shownMs), 1),
    limitMs,
    firstCharacterMs: rounded(median(answeredMs), 1),
    worstFirstCharacterMs: rounded(Math.max(...answeredMs), 1),
    rounds: shownMs.length,
    answers,
  };
}

const obstacle = xdotoolObstacle();
if (obstacle !== null) throw new Error(`The shortcut cannot be pressed here: ${obstacle}.`);
const { json, rounds } = benchArguments();
const dataFolder = makeDataFolder();
const { app, port } = await startApp(dataFolder);
const keyboard = startKeyboard();
try {
  const evaluate = await connect(await pageAddress(port));
  await until('The field', async () =>
    (await evaluate(`document.querySelector('textarea') !== null`)) === true ? true : undefined,
  );
  await evaluate(observePage);
  await wait(settleMs);
  const figures = await measureAll(evaluate, keyboard, rounds ?? 30);
  report(figures, { json });
} finally {
  // Left alone after a failure, it would keep the shortcut.
  keyboard.end();
  app.kill();
  if (app.pid !== undefined) await goneOf(app.pid);
  removeDataFolder(dataFolder);
}
