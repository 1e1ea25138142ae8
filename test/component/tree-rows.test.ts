import { describe, expect, test } from 'vitest';
import type { ConversationTree, TreeNode } from '../../preload/contract/messages.ts';
import { treeRows } from '../../renderer/lib/tree-rows.ts';

/** A tree of messages named by one letter, each written as its parent and itself; `-` is above the first ones. */
function tree(pairs: string, currentLeafId: string | null): ConversationTree {
  const depths = new Map<string, number>([['-', -1]]);
  const nodes = pairs.split(' ').map((pair): TreeNode => {
    const [parent = '-', id = ''] = pair;
    const depth = (depths.get(parent) ?? 0) + 1;
    depths.set(id, depth);
    return {
      id,
      parentId: parent === '-' ? null : parent,
      role: depth % 2 === 0 ? 'prompter' : 'assistant',
      status: 'complete',
      rating: null,
      createdAt: 0,
      excerpt: id,
    };
  });
  return { nodes, currentLeafId };
}

/** Each row as its indentation and its message; `*` is on the page, `>` turns off, `.` ends a branch. */
function drawing(pairs: string, currentLeafId: string | null): string[] {
  return treeRows(tree(pairs, currentLeafId)).map(({ node, lane, isShown, isTurnOff, goesOn }) => {
    return `${' '.repeat(lane)}${isTurnOff ? '>' : ''}${node.id}${isShown ? '*' : ''}${goesOn ? '' : '.'}`;
  });
}

describe('the lines of a tree', () => {
  test('a conversation without forks goes straight down', () => {
    expect(drawing('-a ab bc cd', 'd')).toEqual(['a*', 'b*', 'c*', 'd*.']);
  });

  test('what is not on the page turns off, before the branch on the page goes on', () => {
    expect(drawing('-a ab bc ad de', 'c')).toEqual(['a*', ' >d', ' e.', 'b*', 'c*.']);
  });

  test('off the page the newest branch goes straight on', () => {
    expect(drawing('-a ab -c cd ce df', 'b')).toEqual([' >c', '  >d', '  f.', ' e.', 'a*', 'b*.']);
  });

  test('several branches stand in the order they were written', () => {
    expect(drawing('-a ab ac ad', 'd')).toEqual(['a*', ' >b.', ' >c.', 'd*.']);
  });

  test('rows know their number, their version and their parent', () => {
    const rows = treeRows(tree('-a ab bc ad', 'd'));
    expect(
      rows.map(({ node, number, version, versionCount, parentIndex }) => [
        ...[node.id, number, version, versionCount, parentIndex],
      ]),
    ).toEqual([
      ['a', 1, 1, 1, null],
      ['b', 1, 1, 2, 0],
      ['c', 2, 1, 1, 1],
      ['d', 1, 2, 2, 0],
    ]);
  });

  test('an empty conversation has none', () => {
    expect(treeRows({ nodes: [], currentLeafId: null })).toEqual([]);
  });

  test('depth is no limit', () => {
    const nodes = Array.from({ length: 5000 }, (_, index): TreeNode => {
      const parentId = index === 0 ? null : String(index - 1);
      return {
        ...{ id: String(index), parentId, role: 'prompter', status: 'complete' },
        rating: null,
        createdAt: 0,
        excerpt: '',
      };
    });
    const rows = treeRows({ nodes, currentLeafId: '4999' });
    expect(rows).toHaveLength(5000);
    expect(rows.every(({ lane, isShown }) => lane === 0 && isShown)).toBe(true);
  });
});
