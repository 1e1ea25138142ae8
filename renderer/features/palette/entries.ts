import { settingsSections } from '../../../preload/contract/app-pages.ts';
import type { MenuCommand } from '../../../preload/contract/app.ts';
import type { ConversationSummary } from '../../../preload/contract/conversations.ts';
import type { Settings } from '../../../preload/contract/settings.ts';
import { commandWords } from '../../lib/command-words.ts';
import { endingOf } from '../../lib/endings.ts';
import { dayGroup } from '../../lib/format.ts';
import { showControls } from '../../lib/markdown/visible-controls.ts';
import { builtInPresetIds, presetWords } from '../../lib/preset-words.ts';
import { sectionWords } from '../../lib/settings-words.ts';
import { choosePreset } from '../../main-window/choose-preset.ts';
import { createCommands } from '../../main-window/commands.ts';
import { showComposer, showConversation, showSettings } from '../../main-window/navigation.ts';
import type { Stores } from '../../stores/stores.ts';
import type { Findable } from './ranking.ts';

/** What the palette offers. */
export interface PaletteEntry {
  readonly id: string;
  readonly label: string;
  /** Stands at the end of the line where there are no keys. */
  readonly hint: string;
  readonly keys: readonly string[];
  readonly run: () => void;
}

/** What can be found before anything of it is shown: of thousands of conversations only a few ever are. */
export interface Candidate extends Findable {
  readonly id: string;
  readonly entry: () => PaletteEntry;
}

/** Other words under which people look for a command. */
const keywords: Partial<Record<MenuCommand, string>> = {
  'new-conversation': 'chat start',
  find: 'look text messages full',
  'rename-conversation': 'title',
  'pin-conversation': 'favourite star top',
  'archive-conversation': 'hide put away',
  'export-conversation': 'save file markdown html json text',
  'delete-conversation': 'remove',
  'retry-answer': 'retry regenerate repeat',
  'continue-answer': 'go on resume',
  'copy-answer': 'clipboard',
  'toggle-sidebar': 'sidebar',
  'focus-composer': 'composer question',
  'show-models': 'download get choose gguf',
  'show-settings': 'preferences options',
  'show-trash': 'deleted restore erase bin',
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
export function commandCandidates(stores: Stores): Candidate[] {
  return commandEntries(stores).map(({ keywords: otherWords, ...entry }) => ({
    ...{ id: entry.id, label: entry.label, keywords: otherWords },
    entry: () => entry,
  }));
}

function commandEntries(stores: Stores): (PaletteEntry & { readonly keywords: string })[] {
  const commands = createCommands(stores);
  const entryOf = (command: MenuCommand): PaletteEntry & { readonly keywords: string } => ({
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

/** The conversations in the order of the list. */
export function conversationCandidates(stores: Stores): Candidate[] {
  return stores.conversations.list.map((conversation) => ({
    ...{ id: conversation.id, label: conversation.title },
    entry: () => conversationEntry(stores, conversation),
  }));
}

function conversationEntry(stores: Stores, { id, title, updatedAt }: ConversationSummary): PaletteEntry {
  return {
    id,
    label: showControls(title),
    hint: dayGroup(updatedAt, stores.conversations.nowMs),
    keys: [],
    run: () => {
      showConversation(stores, id);
      showComposer(stores);
    },
  };
}

/** What needs a conversation or an answer is offered while there is one on the page. */
function availableCommands({ layout, transcript }: Stores): MenuCommand[] {
  const isOnPage = layout.page === 'transcript' && transcript.wantedId !== null;
  const answer = isOnPage ? transcript.newestAnswer : null;
  const isIdle = !transcript.isAnswering;
  const isOffered: Partial<Record<MenuCommand, boolean>> = {
    'show-palette': false,
    'rename-conversation': isOnPage,
    'pin-conversation': isOnPage,
    'archive-conversation': isOnPage,
    'export-conversation': isOnPage,
    'print-conversation': isOnPage,
    'copy-conversation': isOnPage,
    'show-map': isOnPage,
    'delete-conversation': isOnPage,
    'retry-answer': answer !== null && isIdle,
    'continue-answer': answer !== null && isIdle && endingOf(answer.message).canContinue,
    'copy-answer': answer !== null && answer.text !== '',
  };
  return (Object.keys(commandWords) as MenuCommand[]).filter((command) => isOffered[command] ?? true);
}

function presetEntries(stores: Stores): (PaletteEntry & { readonly keywords: string })[] {
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
