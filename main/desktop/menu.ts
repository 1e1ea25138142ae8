import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../../preload/contract/app.ts';

export interface MenuOptions {
  choose: (command: MenuCommand) => void;
  zoom: (direction: 'in' | 'out' | 'reset') => void;
}

/** The application menu: the one place where keyboard commands are bound, so they work wherever the focus is. */
export function installMenu({ choose, zoom }: MenuOptions): void {
  const item = (label: string, command: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => {
      choose(command);
    },
  });
  const zoomItem = (label: string, direction: 'in' | 'out' | 'reset', accelerator: string, visible = true) =>
    ({ label, accelerator, visible, click: () => zoom(direction) }) satisfies MenuItemConstructorOptions;
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const isMac = process.platform === 'darwin';

  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(isMac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
      {
        label: '&Conversation',
        submenu: [
          item('New conversation', 'new-conversation', 'CmdOrCtrl+N'),
          item('New temporary conversation', 'new-temporary-conversation', 'CmdOrCtrl+Shift+T'),
          item('Quick question', 'quick-ask', 'CmdOrCtrl+Shift+N'),
          item('Rename', 'rename-conversation', 'F2'),
          item('Pin or unpin', 'pin-conversation'),
          item('Archive or move back', 'archive-conversation'),
          item('Export…', 'export-conversation'),
          item('Print…', 'print-conversation', 'CmdOrCtrl+P'),
          item('Copy as Markdown', 'copy-conversation'),
          item('Delete', 'delete-conversation', 'CmdOrCtrl+Shift+Backspace'),
          separator,
          item('Previous conversation', 'previous-conversation', 'CmdOrCtrl+PageUp'),
          item('Next conversation', 'next-conversation', 'CmdOrCtrl+PageDown'),
          separator,
          item('Models…', 'show-models', 'CmdOrCtrl+Shift+M'),
          item('Settings…', 'show-settings', 'CmdOrCtrl+,'),
          ...(isMac
            ? []
            : [
                separator,
                {
                  label: 'Quit',
                  accelerator: 'CmdOrCtrl+Q',
                  click: () => {
                    app.quit();
                  },
                },
              ]),
        ],
      },
      { role: 'editMenu' },
      {
        label: '&Answer',
        submenu: [
          item('Try again', 'retry-answer', 'CmdOrCtrl+R'),
          item('Continue', 'continue-answer', 'CmdOrCtrl+Shift+Enter'),
          item('Copy', 'copy-answer', 'CmdOrCtrl+Shift+C'),
        ],
      },
      {
        label: '&View',
        submenu: [
          item('Search in all conversations…', 'find', 'CmdOrCtrl+F'),
          item('Go to a conversation or command…', 'show-palette', 'CmdOrCtrl+K'),
          item('Conversation list', 'toggle-sidebar', 'CmdOrCtrl+B'),
          item('Go to the text box', 'focus-composer', 'CmdOrCtrl+L'),
          item('Map of this conversation', 'show-map', 'CmdOrCtrl+J'),
          item('Trash', 'show-trash'),
          separator,
          zoomItem('Actual size', 'reset', 'CmdOrCtrl+0'),
          zoomItem('Zoom in', 'in', 'CmdOrCtrl+Plus'),
          // The plus of many keyboards needs Shift.
          zoomItem('Zoom in', 'in', 'CmdOrCtrl+=', false),
          zoomItem('Zoom out', 'out', 'CmdOrCtrl+-'),
          separator,
          { role: 'togglefullscreen' },
        ],
      },
      {
        label: '&Help',
        submenu: [
          item('Keyboard shortcuts', 'show-shortcuts', 'CmdOrCtrl+/'),
          item('About OASST Desktop', 'show-about'),
        ],
      },
    ]),
  );
}
