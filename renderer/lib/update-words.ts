import type { UpdatesState, UpdateWay } from '../../preload/contract/updates.ts';
import { formatBytes, formatBytesOf, formatDay } from './format.ts';

/** What the app says about newer versions of itself. */

export const updateQuestion = 'Look for updates of the app?';

export const updateQuestionHint =
  'Once a day it would ask its page of releases on GitHub for the newest version, and send nothing else. Nothing is fetched before you say so.';

/** How a copy of the app that does not update itself is brought up to date. */
export const updateWayWords: Record<Exclude<UpdateWay, 'self'>, string> = {
  package:
    'This app was installed by the package manager, and it looks for no updates. Get the new package from the page of releases and install it over this one. Conversations and settings stay.',
  folder:
    'This app runs from a folder that was unpacked, and it looks for no updates. Get the new archive from the page of releases, quit the app and unpack it in the place of this folder. Conversations and settings lie elsewhere and stay.',
  sources:
    'This app runs from its sources, and it looks for no updates. Get the new sources and start it again. Conversations and settings stay.',
};

/** "Fetch it, 112 MB" */
export function fetchWords(sizeBytes: number | null): string {
  return sizeBytes === null ? 'Fetch it' : `Fetch it, ${formatBytes(sizeBytes)}`;
}

/** How far it has come, in a sentence or two. `version` is the one that runs. */
export function updateText({ step, lookedAt }: UpdatesState, version: string, nowMs: number): string {
  switch (step.kind) {
    case 'idle':
      return `This is version ${version}. ${lookedAt === null ? 'Nobody has looked for a newer one yet.' : `The last look for a newer one was ${formatDay(lookedAt, nowMs)}.`}`;
    case 'looking':
      return 'Asking the page of releases.';
    case 'newest':
      return `This is version ${version}, the newest there is.`;
    case 'available':
      return `Version ${step.version} is there. This is version ${version}.`;
    case 'fetching': {
      const { doneBytes, sizeBytes } = step;
      const done = sizeBytes === null ? formatBytes(doneBytes) : formatBytesOf(doneBytes, sizeBytes);
      return `Fetching version ${step.version}: ${done}.`;
    }
    case 'fetched':
      return `Version ${step.version} is fetched and checked. It is installed when the app quits.`;
    case 'waiting':
      return `Version ${step.version} is installed as soon as no answer is being written and no question waits.`;
  }
}
