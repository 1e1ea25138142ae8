import type { UpdatesState, UpdateStep, UpdateWay } from '../../preload/contract/updates.ts';
import { formatBytes, formatBytesOf, formatDay } from './format.ts';

/** What the app says about newer versions of itself. */

export const updateQuestion = 'Look for updates of the app?';

export const updateQuestionHint =
  'Once a day it would ask its page of releases on GitHub for the newest version, and send nothing of yours. Nothing is fetched before you say so.';

/** How a copy of the app that does not update itself is brought up to date. */
export const updateWayWords: Record<Exclude<UpdateWay, 'self'>, string> = {
  package:
    'This app was installed from a package of the system and does not update itself. Get the new package from the page of releases and install it over this one. Conversations and settings stay.',
  folder:
    'This app runs from an unpacked folder and does not update itself. Get the new archive from the page of releases, quit the app and unpack it in the place of this folder. Conversations and settings lie elsewhere and stay.',
  sources:
    'This app runs from its sources and does not update itself. Get the new sources and start it again. Conversations and settings stay.',
};

/** "Fetch it, 112 MB" */
export function fetchWords(sizeBytes: number | null): string {
  return sizeBytes === null ? 'Fetch it' : `Fetch it, ${formatBytes(sizeBytes)}`;
}

/** What is worth telling wherever the owner is; null for the rest. */
export function updateNews(step: UpdateStep): string | null {
  switch (step.kind) {
    case 'idle':
    case 'looking':
    case 'newest':
      return null;
    case 'available':
      return `Version ${step.version} of the app is there.`;
    case 'fetching':
      return `Fetching version ${step.version}.`;
    case 'fetched':
      return `Version ${step.version} is fetched and checked. It is installed when the app quits.`;
    case 'waiting':
      return `Version ${step.version} waits until no answer is being written. Then the app restarts with it.`;
  }
}

/** How far fetching has come: "3.1 of 112 MB". */
export function fetchedText({ doneBytes, sizeBytes }: Extract<UpdateStep, { kind: 'fetching' }>): string {
  return sizeBytes === null ? formatBytes(doneBytes) : formatBytesOf(doneBytes, sizeBytes);
}

/** How things stand. `version` is the one that runs. */
export function updateText({ step, lookedAt }: UpdatesState, version: string, nowMs: number): string {
  const own = `This is version ${version}`;
  if (step.kind === 'looking') return 'Asking the page of releases.';
  if (step.kind === 'newest') return `${own}, the newest there is.`;
  if (step.kind === 'idle') {
    return lookedAt === null
      ? `${own}. Nobody has looked for a newer one yet.`
      : `${own}. The last look for a newer one was ${formatDay(lookedAt, nowMs)}.`;
  }
  return updateNews(step) ?? own;
}
