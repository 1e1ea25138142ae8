import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledNode } from '../../../scripts/setup/paths.mjs';
import { addressOfPage, appPages } from '../../../preload/contract/app-pages.ts';
import { projectRoot, type RunningApp } from '../app.ts';
import type { HostileAnswer } from './answers.ts';
import type { Attempt } from './attacker.ts';
import type { Listener } from './listener.ts';

/** Gives a person a while; a window that takes longer hangs. */
const answerableMs = 20_000;

/** Brings the answers into a data folder that no app has open, from a file as anybody could send one. */
export function importAnswers(dataFolder: string, answers: readonly HostileAnswer[]): void {
  const path = join(dataFolder, 'trees.jsonl');
  const trees = answers.map(({ name, text }) => ({
    message_tree_id: name,
    prompt: {
      message_id: `${name} ?`,
      role: 'prompter',
      text: name,
      replies: [{ message_id: `${name} !`, role: 'assistant', text }],
    },
  }));
  writeFileSync(path, trees.map((tree) => JSON.stringify(tree)).join('\n'));
  execFileSync(bundledNode, [join(projectRoot, 'main', 'cli', 'index.ts'), '--data', dataFolder, '--import', path]);
}

interface Shown {
  /** What stands in the answer and could act, or leads somewhere that it should not. */
  acting: string[];
  hasRun: boolean;
  address: string;
}

const lookAround = `(() => {
  const pages = ${JSON.stringify(appPages.map(addressOfPage))};
  const body = document.querySelector('article[aria-labelledby]:last-of-type .markdown') ?? document.body;
  const elements = [...body.querySelectorAll('*')];
  const acting = elements.filter((element) =>
    element.matches('script, iframe, object, embed, img, image, form, input, base, meta, link, style, math, animate, foreignObject, video, audio')
      || element.getAttributeNames().some((name) => name.startsWith('on'))
      || (element.matches('a') && !/^(https?:|mailto:)/.test(element.href) && !pages.includes(element.getAttribute('href'))));
  return { acting: acting.map((element) => element.outerHTML.slice(0, 100)), hasRun: globalThis.broken.length > 0, address: location.href };
})()`;

/** Shows each answer in the main window and looks what it does there. */
export async function readAnswers(
  { electron, window }: Pick<RunningApp, 'electron' | 'window'>,
  listener: Listener,
  answers: readonly HostileAnswer[],
): Promise<Attempt[]> {
  const ids = await window.evaluate<Record<string, string>>(
    `assistant.conversations.list({ isArchived: false, after: null, limit: 500 }).then(({ value }) =>
      Object.fromEntries(value.map(({ id, title }) => [title, id])))`,
  );
  await window.evaluate('globalThis.broken = []');
  const address = window.url();
  const attempts: Attempt[] = [];

  /** @returns how it got through, or null */
  const read = async ({ name, text }: HostileAnswer): Promise<string | null> => {
    const conversationId = ids[name];
    if (conversationId === undefined) return 'it was not imported';
    await electron.evaluate(({ BrowserWindow }, id) => {
      const main = BrowserWindow.getAllWindows().find(({ webContents }) => webContents.getURL().endsWith('index.html'));
      main?.webContents.send('app:opened', { kind: 'conversation', conversationId: id, messageId: null });
    }, conversationId);
    const question = window.getByRole('article', { name: 'Question 1' }).filter({ hasText: name });
    const answer = window.getByRole('article', { name: 'Answer 1' });
    const composer = window.getByRole('textbox', { name: 'Question' });
    try {
      await question.waitFor({ timeout: answerableMs });
      await answer.getByRole('button', { name: 'Copy answer' }).waitFor({ state: 'attached', timeout: answerableMs });
      // A person can go on: keys arrive, and frames are drawn.
      await composer.fill(name, { timeout: answerableMs });
      await window.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
      await composer.fill('', { timeout: answerableMs });
    } catch (error) {
      return `the window no longer answers: ${String(error).split('\n')[0] ?? ''}`;
    }
    const shown = await window.evaluate<Shown>(lookAround);
    const stored = await window.evaluate<string>(
      `assistant.conversations.open({ conversationId: '${conversationId}' }).then(({ value }) => value.messages.at(-1).text)`,
    );
    if (shown.acting.length > 0) return `the page holds ${shown.acting.join(', ')}`;
    if (shown.hasRun) return 'it ran';
    if (shown.address !== address) return `the window is at ${shown.address}`;
    const arrived = listener.take();
    if (arrived.length > 0) return `${arrived.join(', ')} arrived`;
    // Half of a pair cannot be written to a file; it becomes the sign for something that cannot be shown.
    return stored === text.toWellFormed() ? null : 'its text is not what it was';
  };

  listener.take();
  for (const each of answers) attempts.push({ kind: each.kind, name: each.name, accepted: await read(each) });
  return attempts;
}
