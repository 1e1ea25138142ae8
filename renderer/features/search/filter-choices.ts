import type { Folder } from '../../../preload/contract/folders.ts';
import type { ChosenFilters } from '../../stores/search.svelte.ts';

/** One line of a filter: what it says, and what it sets. */
export interface FilterChoice {
  readonly label: string;
  readonly change: ChosenFilters;
}

/** A filter with its choices; the first takes it off. */
export interface FilterGroup {
  readonly label: string;
  readonly choices: readonly FilterChoice[];
}

/** The filters that have something to choose from. */
export function filterGroups(modelNames: readonly string[], folders: readonly Folder[]): FilterGroup[] {
  const groups: FilterGroup[] = [
    {
      label: 'When',
      choices: [
        { label: 'Any time', change: { lastDays: undefined } },
        { label: 'Today', change: { lastDays: 1 } },
        { label: 'Last 7 days', change: { lastDays: 7 } },
        { label: 'Last 30 days', change: { lastDays: 30 } },
        { label: 'Last 12 months', change: { lastDays: 365 } },
      ],
    },
    {
      label: 'Model',
      choices: [
        { label: 'Any model', change: { modelName: undefined } },
        ...modelNames.map((name) => ({ label: name, change: { modelName: name } })),
      ],
    },
    {
      label: 'Folder',
      choices: [
        { label: 'Any folder', change: { folderId: undefined } },
        ...folders.map(({ id, name }) => ({ label: name, change: { folderId: id } })),
      ],
    },
    {
      label: 'Archive',
      choices: [
        { label: 'List and archive', change: { isArchived: undefined } },
        { label: 'Without the archive', change: { isArchived: false } },
        { label: 'Archive only', change: { isArchived: true } },
      ],
    },
  ];
  return groups.filter(({ choices }) => choices.length > 1);
}

/** Filters that are on or off. */
export const filterSwitches: readonly { label: string; on: ChosenFilters; off: ChosenFilters }[] = [
  { label: 'Rated', on: { isRated: true }, off: { isRated: undefined } },
  { label: 'Pinned', on: { isPinned: true }, off: { isPinned: undefined } },
  { label: 'Quick window', on: { origin: 'quick-ask' }, off: { origin: undefined } },
];

/** Whether what a choice sets is what is set. */
export function isSet(filters: ChosenFilters, change: ChosenFilters): boolean {
  return (Object.keys(change) as (keyof ChosenFilters)[]).every((name) => filters[name] === change[name]);
}
