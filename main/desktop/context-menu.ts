import { app, clipboard, Menu, type MenuItemConstructorOptions, type WebContents } from 'electron';
import { contextEntries, type ContextEntry } from './context-entries.ts';

function templateOf(entry: ContextEntry, contents: WebContents): MenuItemConstructorOptions {
  switch (entry.kind) {
    case 'separator':
      return { type: 'separator' };
    case 'role':
      return { role: entry.role, enabled: entry.isEnabled };
    case 'suggestion':
      return { label: entry.word, click: () => contents.replaceMisspelling(entry.word) };
    case 'no-suggestion':
      return { label: 'No suggestions', enabled: false };
    case 'add-to-dictionary':
      return {
        label: 'Add to dictionary',
        click: () => contents.session.addWordToSpellCheckerDictionary(entry.word),
      };
    case 'copy-link':
      return { label: 'Copy address', click: () => void clipboard.writeText(entry.address) };
  }
}

/** Gives every window the menu that belongs to a right click, where there is something to do. */
export function installContextMenus(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('context-menu', (_clicked, thing) => {
      const entries = contextEntries(thing);
      if (entries.length === 0) return;
      Menu.buildFromTemplate(entries.map((entry) => templateOf(entry, contents))).popup();
    });
  });
}
