import type { ConversationTree, TreeNode } from '../../preload/contract/messages.ts';

/** One line of the map of a conversation. */
export interface TreeRow {
  readonly node: TreeNode;
  /** How many times the way to it leaves the line that goes straight down. */
  readonly lane: number;
  /** Which question of its branch it is, or which one it answers. */
  readonly number: number;
  readonly isShown: boolean;
  /** True for the first message of a branch that leaves the line of its parent. */
  readonly isTurnOff: boolean;
  /** False for the last message of a branch. */
  readonly goesOn: boolean;
  /** Its place among the messages with the same parent, from 1, and how many those are. */
  readonly version: number;
  readonly versionCount: number;
  /** The row of its parent. */
  readonly parentIndex: number | null;
}

interface Step {
  readonly node: TreeNode;
  readonly siblings: TreeNode[];
  readonly lane: number;
  readonly depth: number;
  readonly isTurnOff: boolean;
  readonly parentIndex: number | null;
}

/**
 * Puts a tree into lines from top to bottom. The branch that is shown goes straight down, and elsewhere the newest one;
 * the others turn off to the side and come before it goes on. So a line is indented by its forks, not by its depth.
 */
export function treeRows({ nodes, currentLeafId }: ConversationTree): TreeRow[] {
  const children = Map.groupBy(nodes, ({ parentId }) => parentId);
  const shownIds = shownPath(nodes, currentLeafId);
  const rows: TreeRow[] = [];
  const waiting: Step[] = [];

  /** What is put down last is taken up first: the branch that goes straight on has to be the first one put down. */
  const putDown = (parentId: string | null, lane: number, depth: number, parentIndex: number | null): boolean => {
    const siblings = children.get(parentId) ?? [];
    const straight = siblings.find(({ id }) => shownIds.has(id)) ?? siblings.at(-1);
    if (straight === undefined) return false;
    waiting.push({ node: straight, siblings, lane, depth, isTurnOff: false, parentIndex });
    for (const node of siblings.toReversed()) {
      if (node !== straight) waiting.push({ node, siblings, lane: lane + 1, depth, isTurnOff: true, parentIndex });
    }
    return true;
  };

  putDown(null, 0, 0, null);
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    const { node, siblings, lane, depth, isTurnOff, parentIndex } = step;
    rows.push({
      node,
      lane,
      number: Math.floor(depth / 2) + 1,
      isShown: shownIds.has(node.id),
      isTurnOff,
      goesOn: putDown(node.id, lane, depth + 1, rows.length),
      version: siblings.indexOf(node) + 1,
      versionCount: siblings.length,
      parentIndex,
    });
  }
  return rows;
}

function shownPath(nodes: TreeNode[], leafId: string | null): Set<string> {
  const parents = new Map(nodes.map(({ id, parentId }) => [id, parentId]));
  const ids = new Set<string>();
  for (let id = leafId; id !== null && !ids.has(id); id = parents.get(id) ?? null) ids.add(id);
  return ids;
}
