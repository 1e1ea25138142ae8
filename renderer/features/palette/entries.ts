import type { MenuCommand } from '../../../preload/contract/app.ts';
import type { Settings } from '../../../preload/contract/settings.ts';
import { commandWords } from '../../lib/command-words.ts';
import { endingOf } from '../../lib/endings.ts';
import { dayGroup } from '../../lib/format.ts';
import { builtInPresetIds, presetWords } from '../../lib/preset-words.ts';
import { sectionWords } from '../../lib/settings-words.ts';
import { choosePreset } from '../../main-window/choose-preset.ts';
import { createCommands } from '../../main-window/commands.ts';
import { showComposer, showConversation, showSettings } from '../../main-window/navigation.ts';
import { settingsSections } from '../../stores/layout.svelte.ts';
import type { Stores } from '../../stores/stores.ts';
import type { Findable } from './ranking.ts';

/** What the palette offers. */
export interface PaletteEntry extends Findable {
  readonly id: string;
  /** Stands at the end of the line where there are no keys. */
  readonly hint: string;
  readonly keys: readonly string[];
  readonly run: () => void;
}

/** Other words under which people look for a command. */
const keywords: Partial<Record<MenuCommand, string>> = {
  'new-conversation': 'chat start',
  'rename-conversation': 'title',
  'export-conversation': 'save file markdown html json text',
  'delete-conversation': 'remove',
  'retry-answer': 'retry regenerate repeat',
  'continue-answer': 'go on resume',
  'copy-answer': 'clipboard',
  'toggle-sidebar': 'sidebar',
  'focus-composer': 'composer question',
  'show-models': 'download get choose gguf',
  'show-settings': 'preferences options',
  'quick-ask': 'ask',
  'show-shortcuts': 'keys help',
  'show-about': 'version licences help',
};

const themes: { theme: Settings['theme']; label: string }[] = [
  { theme: 'system', label: 'Theme: as the system' },
  { theme: 'light', label: 'Theme: light' },
  { theme: 'dark', label: 'Theme: dark' },
];

/** Everything that can be done now, the usual first. */
export function commandEntries(stores: Stores): PaletteEntry[] {
  const commands = createCommands(stores);
  const entryOf = (command: MenuCommand): PaletteEntry => ({
    id: command,
    ...commandWords[command],
    keywords: keywords[command] ?? '',
    hint: '',
    run: commands[command],
  });
  return [
    ...availableCommands(stores).map(entryOf),
    ...settingsSections.map((section) => ({
      id: `settings-${section}`,
      label: `Settings: ${sectionWords[section]}`,
      keywords: 'preferences options',
      hint: '',
      keys: [],
      run: () => {
        showSettings(stores, section);
      },
    })),
    ...presetEntries(stores),
    ...themes.map(({ theme, label }) => ({
      id: `theme-${theme}`,
      label,
      keywords: 'appearance colours mode',
      hint: stores.settings.value?.theme === theme ? 'in use' : '',
      keys: [],
      run: () => {
        void stores.settings.change({ theme });
      },
    })),
  ];
}

/** The conversations, newest first. */
export function conversationEntries(stores: Stores): PaletteEntry[] {
  const { conversations } = stores;
  return conversations.list.map(({ id, title, updatedAt }) => ({
    id,
    label: title,
    hint: dayGroup(updatedAt, conversations.nowMs),
    keys: [],
    run: () => {
      showConversation(stores, id);
      showComposer(stores);
    },
  }));
}

/** What needs a conversation or an answer is offered while there is one on the page. */
function availableCommands({ layout, transcript }: Stores): MenuCommand[] {
  const isOnPage = layout.page === 'transcript' && transcript.wantedId !== null;
  const answer = isOnPage ? transcript.newestAnswer : null;
  const isIdle = transcript.liveTurn === null;
  const isOffered: Partial<Record<MenuCommand, boolean>> = {
    'show-palette': false,
    'rename-conversation': isOnPage,
    'export-conversation': isOnPage,
    'delete-conversation': isOnPage,
    'retry-answer': answer !== null && isIdle,
    'continue-answer': answer !== null && isIdle && endingOf(answer.message).canContinue,
    'copy-answer': answer !== null && answer.text !== '',
  };
  return (Object.keys(commandWords) as MenuCommand[]).filter((command) => isOffered[command] ?? true);
}

function presetEntries(stores: Stores): PaletteEntry[] {
  const builtIn = builtInPresetIds.map((id) => ({ id, name: presetWords[id].label }));
  return [...builtIn, ...(stores.settings.value?.customPresets ?? [])].map(({ id, name }) => ({
    id: `preset-${id}`,
    label: `Preset: ${name}`,
    keywords: 'sampling temperature use',
    hint: '',
    keys: [],
    run: () => {
      void choosePreset(stores, id);
    },
  }));
}
