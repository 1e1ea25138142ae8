import { z } from 'zod';
import { appPages, type AppPage } from './app-pages.ts';
import type { Envelope } from './errors.ts';

export interface AppInfo {
  version: string;
  /** Where the database and everything else of the owner lies. */
  dataFolder: string;
  platform: 'linux' | 'darwin' | 'win32';
  electronVersion: string;
}

/** Keyboard commands that come from the application menu, so that they work wherever the focus is. */
export const menuCommands = [
  'new-conversation',
  'new-temporary-conversation',
  'rename-conversation',
  'pin-conversation',
  'archive-conversation',
  'copy-conversation',
  'show-map',
  'export-conversation',
  'print-conversation',
  'delete-conversation',
  'toggle-sidebar',
  'focus-composer',
  'previous-conversation',
  'next-conversation',
  'retry-answer',
  'continue-answer',
  'copy-answer',
  'find',
  'show-models',
  'show-trash',
  'show-settings',
  'show-palette',
  'quick-ask',
  'show-shortcuts',
  'show-about',
] as const;
export type MenuCommand = (typeof menuCommands)[number];

/** What the main window is asked to show from outside: a tray entry, a notification, a link, the quick window. */
export type AppOpening =
  /** With a message, the branch through it, scrolled to it. */
  | { kind: 'conversation'; conversationId: string; messageId: string | null }
  /** Text for the composer of a new conversation; never sent by itself. */
  | { kind: 'draft'; text: string }
  | { kind: 'page'; page: AppPage }
  | { kind: 'new-conversation' };

export const appPageSchema = z.enum(appPages);

export const appInputs = {
  'app:info': z.undefined(),
  'app:licences': z.undefined(),
  'app:copy-text': z.strictObject({ text: z.string().max(10_000_000) }),
  'app:open-link': z.strictObject({ url: z.string().max(4096) }),
};

export interface AppApi {
  info(): Promise<Envelope<AppInfo>>;
  /** The text of THIRD_PARTY.md. */
  licences(): Promise<Envelope<string>>;
  copyText(input: { text: string }): Promise<Envelope<null>>;
  /** Shows the address and asks; opens it in the owner's browser only on yes. http(s) and mailto only, else `forbidden`. */
  openLink(input: { url: string }): Promise<Envelope<{ opened: boolean }>>;
  onOpened(listener: (opening: AppOpening) => void): () => void;
  onMenuCommand(listener: (command: MenuCommand) => void): () => void;
}
