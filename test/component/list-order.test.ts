import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConversationSummary } from '../../preload/contract/conversations.ts';
import type { Folder } from '../../preload/contract/folders.ts';
import {
  drawnSections,
  headPx,
  keptPlaces,
  placeSections,
  rowPx,
} from '../../renderer/features/conversations/list-places.ts';
import { hitsInView, placesOf, topOf } from '../../renderer/features/search/hit-places.ts';
import { rowsInView, scrollTopFor } from '../../renderer/lib/scroll/rows-in-view.ts';
import { compareInList, sectionsOf, withConversations } from '../../renderer/stores/list-order.ts';
import { searchHit } from './fake-search.ts';

function summary(change: Partial<ConversationSummary>): ConversationSummary {
  return {
    ...{ id: 'a', title: 'A', createdAt: 0, updatedAt: 0, origin: 'window', presetId: null },
    ...{ folderId: null, isPinned: false, isArchived: false, isTemporary: false },
    ...change,
  };
}

const noon = new Date(2026, 2, 15, 12).getTime();
const dayMs = 24 * 60 * 60 * 1000;
const work: Folder = { id: 'work', name: 'Work', createdAt: 0 };

const someSummaries = fc.array(
  fc
    .record({ id: fc.integer({ min: 0, max: 30 }), updatedAt: fc.integer({ min: 0, max: 5 }), isPinned: fc.boolean() })
    .map(({ id, ...rest }) => summary({ id: String(id), ...rest })),
);

describe('the order of the list', () => {
  test('stays right whatever is put into it', () => {
    fc.assert(
      fc.property(fc.array(someSummaries), (changes) => {
        let list: ConversationSummary[] = [];
        const newest = new Map<string, ConversationSummary>();
        for (const some of changes) {
          const unique = [...new Map(some.map((each) => [each.id, each])).values()];
          list = withConversations(list, unique);
          for (const each of unique) newest.set(each.id, each);
        }
        expect(list).toEqual([...newest.values()].sort(compareInList));
      }),
    );
  });

  test('puts pinned ones on top, then folders, then days', () => {
    const list = [
      summary({ id: 'pinned', isPinned: true, folderId: 'work', updatedAt: noon - 40 * dayMs }),
      summary({ id: 'today', updatedAt: noon }),
      summary({ id: 'filed', folderId: 'work', updatedAt: noon - 1 }),
      summary({ id: 'lost', folderId: 'gone', updatedAt: noon - dayMs }),
      summary({ id: 'old', updatedAt: noon - 400 * dayMs }),
    ];
    const sections = sectionsOf(list, [work], [], noon);
    expect(sections.map(({ label, conversations }) => [label, conversations.map(({ id }) => id)])).toEqual([
      ['Pinned', ['pinned']],
      ['Work', ['filed']],
      ['Today', ['today']],
      ['Yesterday', ['lost']],
      ['February 2025', ['old']],
    ]);
    expect(sectionsOf(list, [work], ['work'], noon).map(({ isOpen }) => isOpen)).toEqual([
      ...[true, false, true, true, true],
    ]);
  });
});

describe('what is drawn', () => {
  const list = Array.from({ length: 10_000 }, (_, index) => summary({ id: String(index), updatedAt: noon - index }));
  const { placed, heightPx } = placeSections(sectionsOf(list, [work], [], noon));

  test('is what is in view, however long the list is', () => {
    expect(heightPx).toBeGreaterThan(10_000 * rowPx);
    for (const topPx of [0, 1, 5000, heightPx - 700]) {
      const view = { topPx, heightPx: 700 };
      const drawn = drawnSections(placed, view, []).flatMap(({ topPx: sectionPx, rows }) =>
        rows.map(({ index }) => sectionPx + headPx + index * rowPx),
      );
      expect(drawn.length).toBeLessThan(50);
      const inView = list.filter((_, index) => {
        const rowTopPx = (placed[1]?.topPx ?? 0) + headPx + index * rowPx;
        return rowTopPx + rowPx > topPx && rowTopPx < topPx + 700;
      });
      expect(drawn.filter((rowTopPx) => rowTopPx + rowPx > topPx && rowTopPx < topPx + 700)).toHaveLength(
        inView.length,
      );
    }
  });

  test('holds what has the focus wherever the list is scrolled', () => {
    const kept = keptPlaces(placed, ['7', 'work', 'nobody']);
    const drawn = drawnSections(placed, { topPx: 200_000, heightPx: 700 }, kept);
    expect(drawn.map(({ section }) => section.label)).toEqual(['Work', 'Today']);
    expect(drawn[1]?.rows[0]?.conversation.id).toBe('7');
  });

  test('is the hits in view, where titles end and messages begin as well', () => {
    const places = placesOf([
      ...Array.from({ length: 100 }, () => searchHit({ conversationId: 'a' })),
      ...Array.from({ length: 100 }, () => searchHit({ conversationId: 'a', messageId: 'b' })),
    ]);
    for (let topPx = 0; topPx < topOf(places, 200) - 500; topPx += 97) {
      const { start, end } = hitsInView(places, { topPx, heightPx: 500 });
      expect(topOf(places, start)).toBeLessThanOrEqual(topPx);
      expect(topOf(places, end)).toBeGreaterThanOrEqual(topPx + 500);
      expect(end - start).toBeLessThan(40);
    }
  });

  test('is nothing of what lies wholly above or below', () => {
    expect(rowsInView({ topPx: 5000, rowPx: 32, count: 10 }, { topPx: 0, heightPx: 700 })).toEqual({
      start: 0,
      end: 0,
    });
    expect(rowsInView({ topPx: 0, rowPx: 32, count: 10 }, { topPx: 5000, heightPx: 700 })).toEqual({
      ...{ start: 10, end: 10 },
    });
  });

  test.each([
    [0, 100, null],
    [50, 100, 18],
    [132, 100, null],
    [800, 100, 132],
    [10, 100, 0],
  ])('a row at %i px is brought into view by scrolling as little as needed', (topPx, viewTopPx, wanted) => {
    const view = { topPx: topPx === 0 ? 0 : viewTopPx, heightPx: 700 };
    expect(scrollTopFor(topPx, 32, view, topPx === 0 ? 0 : 32)).toBe(wanted);
  });
});
