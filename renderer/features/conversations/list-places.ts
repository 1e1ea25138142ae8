import type { ConversationSummary } from '../../../preload/contract/conversations.ts';
import { rowsInView, type View } from '../../lib/scroll/rows-in-view.ts';
import type { ListSection } from '../../stores/list-order.ts';

export const rowPx = 32;
export const headPx = 32;
const gapPx = 8;

/** Where a heading and what stands under it lie in the list, in CSS pixels from its beginning. */
export interface PlacedSection {
  readonly section: ListSection;
  readonly topPx: number;
  readonly heightPx: number;
}

export interface DrawnRow {
  readonly conversation: ConversationSummary;
  /** Counted from 0 within its section. */
  readonly index: number;
}

/** What has to be in the page of a section. */
export interface DrawnSection extends PlacedSection {
  readonly rows: readonly DrawnRow[];
}

/** A heading that can be closed, or a row: what the keyboard stops at. */
export interface Stop {
  readonly id: string;
  readonly kind: 'folder' | 'conversation';
  readonly topPx: number;
}

export function placeSections(sections: readonly ListSection[]): { placed: PlacedSection[]; heightPx: number } {
  let topPx = 0;
  const placed = sections.map((section) => {
    const heightPx = headPx + (section.isOpen ? section.conversations.length * rowPx : 0);
    const place = { section, topPx, heightPx };
    topPx += heightPx + gapPx;
    return place;
  });
  return { placed, heightPx: Math.max(topPx - gapPx, 0) };
}

/** Everything the keyboard stops at, from top to bottom. */
export function stopsOf(placed: readonly PlacedSection[]): Stop[] {
  return placed.flatMap(({ section, topPx }) => {
    const { folder, isOpen, conversations } = section;
    const head: Stop[] = folder === null ? [] : [{ id: folder.id, kind: 'folder', topPx }];
    if (!isOpen) return head;
    return head.concat(
      conversations.map(({ id }, index) => ({ id, kind: 'conversation', topPx: topPx + headPx + index * rowPx })),
    );
  });
}

/** The stop that takes over the focus when things left the list: the same one, else the next below that stayed. */
export function heirOf(before: readonly Stop[], id: string | null, after: readonly Stop[]): string | undefined {
  const left = new Set(after.map((stop) => stop.id));
  const index = Math.max(
    before.findIndex((stop) => stop.id === id),
    0,
  );
  const heir = before.slice(index).find((stop) => left.has(stop.id));
  return (heir ?? before.slice(0, index).findLast((stop) => left.has(stop.id)) ?? after[0])?.id;
}

/** Where something stands that is drawn wherever the list is scrolled; a heading has no index. */
interface KeptPlace {
  readonly key: string;
  readonly index: number | null;
}

/** Finds what the Tab key leads to and what is being renamed: both stay in the page, or the focus would be lost. */
export function keptPlaces(placed: readonly PlacedSection[], ids: readonly string[]): KeptPlace[] {
  return placed.flatMap(({ section: { key, folder, isOpen, conversations } }) =>
    ids.flatMap((id): KeptPlace[] => {
      if (folder?.id === id) return [{ key, index: null }];
      const index = isOpen ? conversations.findIndex((conversation) => conversation.id === id) : -1;
      return index === -1 ? [] : [{ key, index }];
    }),
  );
}

/** What is in view, with a margin, and what is kept. */
export function drawnSections(
  placed: readonly PlacedSection[],
  view: View,
  kept: readonly KeptPlace[],
): DrawnSection[] {
  return placed.flatMap((place): DrawnSection[] => {
    const { section, topPx, heightPx } = place;
    const own = kept.filter(({ key }) => key === section.key);
    const whole = rowsInView({ topPx, rowPx: heightPx, count: 1 }, view);
    if (whole.start === whole.end && own.length === 0) return [];
    const count = section.isOpen ? section.conversations.length : 0;
    const { start, end } = rowsInView({ topPx: topPx + headPx, rowPx, count }, view);
    const indexes = new Set(Array.from({ length: end - start }, (_, place) => start + place));
    for (const { index } of own) if (index !== null) indexes.add(index);
    const rows = [...indexes]
      .sort((a, b) => a - b)
      .flatMap((index): DrawnRow[] => {
        const conversation = section.conversations[index];
        return conversation === undefined ? [] : [{ conversation, index }];
      });
    return [{ ...place, rows }];
  });
}
