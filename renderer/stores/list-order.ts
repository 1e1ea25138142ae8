import type { ConversationSummary, ListInput } from '../../preload/contract/conversations.ts';
import type { Folder } from '../../preload/contract/folders.ts';
import { dayGroup } from '../lib/format.ts';

type Place = NonNullable<ListInput['after']>;

/** One heading of the list and what stands under it. */
export interface ListSection {
  readonly key: string;
  readonly kind: 'pinned' | 'folder' | 'days';
  readonly label: string;
  readonly folder: Folder | null;
  readonly conversations: readonly ConversationSummary[];
  /** A closed folder says how many it holds and shows none of them. */
  readonly isOpen: boolean;
}

/** The order of the list, as the database has it: pinned ones first, then newest first. */
export function compareInList(a: Place, b: Place): number {
  const byPin = Number(b.isPinned) - Number(a.isPinned);
  return byPin || b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** Puts some conversations into a sorted list, in place of what it knew of them. Only those few are sorted. */
export function withConversations(
  list: readonly ConversationSummary[],
  some: readonly ConversationSummary[],
): ConversationSummary[] {
  const rest = withoutConversations(
    list,
    some.map(({ id }) => id),
  );
  return merged(rest, some.toSorted(compareInList));
}

/** Two sorted lists as one. Pages come in the order of the list: they are only put behind it. */
function merged(list: readonly ConversationSummary[], others: readonly ConversationSummary[]): ConversationSummary[] {
  const last = list.at(-1);
  const [first] = others;
  if (last === undefined || first === undefined || compareInList(last, first) < 0) return [...list, ...others];
  const both: ConversationSummary[] = [];
  let index = 0;
  for (const other of others) {
    for (let next = list[index]; next !== undefined && compareInList(next, other) < 0; next = list[++index]) {
      both.push(next);
    }
    both.push(other);
  }
  return both.concat(list.slice(index));
}

export function withoutConversations(
  list: readonly ConversationSummary[],
  ids: readonly string[],
): ConversationSummary[] {
  if (ids.length === 0) return [...list];
  const gone = new Set(ids);
  return list.filter(({ id }) => !gone.has(id));
}

export function byId(list: readonly ConversationSummary[]): ReadonlyMap<string, ConversationSummary> {
  return new Map(list.map((conversation) => [conversation.id, conversation]));
}

export function idSet(ids: Iterable<string> = []): Set<string> {
  return new Set(ids);
}

/** What changed while the list is read: its pages may not know of it, so what is here already counts. */
export class Meanwhile {
  readonly #ids = new Set<string>();

  note(ids: readonly string[]): void {
    for (const id of ids) this.#ids.add(id);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }
}

/** The list under its headings: what is pinned, then the folders, then what lies in none, by day. */
export function sectionsOf(
  list: readonly ConversationSummary[],
  folders: readonly Folder[],
  closedFolderIds: readonly string[],
  nowMs: number,
): ListSection[] {
  const contents = new Map<string, ConversationSummary[]>(folders.map(({ id }) => [id, []]));
  const pinned: ConversationSummary[] = [];
  const loose: ConversationSummary[] = [];
  for (const conversation of list) {
    if (conversation.isPinned) pinned.push(conversation);
    else
      ((conversation.folderId === null ? undefined : contents.get(conversation.folderId)) ?? loose).push(conversation);
  }
  const pinnedSection: ListSection = {
    ...{ key: 'pinned', kind: 'pinned', label: 'Pinned' },
    ...{ folder: null, conversations: pinned, isOpen: true },
  };
  return [
    ...(pinned.length > 0 ? [pinnedSection] : []),
    ...folders.map((folder): ListSection => ({
      ...{ key: folder.id, kind: 'folder', label: folder.name },
      ...{ folder, conversations: contents.get(folder.id) ?? [], isOpen: !closedFolderIds.includes(folder.id) },
    })),
    ...dayGroups(loose, nowMs).map(({ label, conversations }): ListSection => ({
      ...{ key: `days ${label}`, kind: 'days', label },
      ...{ folder: null, conversations, isOpen: true },
    })),
  ];
}

/** Newest first, a group is one stretch of the list: its end is found by halving, without a look at each. */
function dayGroups(
  list: readonly ConversationSummary[],
  nowMs: number,
): { label: string; conversations: ConversationSummary[] }[] {
  const groups: { label: string; conversations: ConversationSummary[] }[] = [];
  for (let start = 0; start < list.length;) {
    const label = labelAt(list, start, nowMs);
    let inside = start;
    let outside = list.length;
    while (outside - inside > 1) {
      const middle = Math.floor((inside + outside) / 2);
      if (labelAt(list, middle, nowMs) === label) inside = middle;
      else outside = middle;
    }
    groups.push({ label, conversations: list.slice(start, outside) });
    start = outside;
  }
  return groups;
}

function labelAt(list: readonly ConversationSummary[], index: number, nowMs: number): string {
  return dayGroup(list[index]?.updatedAt ?? 0, nowMs);
}
