import type { ImportedFields, StoredConversation, StoredMessage } from '../../database/protocol.ts';
import { ratingOf } from '../message-scores.ts';
import { titleFromQuestion } from '../titles.ts';
import { filledText, idFrom, isRecord, isSmall, ownId, timeOf } from './foreign-fields.ts';
import { orderMessages } from './message-order.ts';
import type { Tally } from './tally.ts';

/** Fields that have a place of their own, or follow from where a message stands. */
const ownFields = new Set(['message_id', 'parent_id', 'text', 'role', 'replies']);
/** Fields of a row that belong to its tree. */
const rowTreeFields = new Set(['message_tree_id', 'tree_state']);

/** A node of a tree: what may be a message, and where it stands. */
interface Node {
  fields: Record<string, unknown>;
  id: string;
  parentId: string | null;
  tree: Record<string, unknown> | null;
}

/** Whether this is a message tree: `{message_tree_id, prompt}`, or a first message with its replies. */
export function isTree(value: Record<string, unknown>): boolean {
  return isRecord(value['prompt']) || ('role' in value && 'replies' in value);
}

/** Whether this is a row of a flat file, one message of some tree. */
export function isRow(value: Record<string, unknown>): boolean {
  return 'message_id' in value && 'role' in value && !('replies' in value);
}

/** The conversation of one message tree, or null when no message of it can be taken over. */
export function toTreeConversation(
  value: Record<string, unknown>,
  now: number,
  tally: Tally,
): StoredConversation | null {
  const { prompt, ...treeFields } = isRecord(value['prompt']) ? value : { prompt: value };
  if (!isRecord(prompt)) return null;
  const treeId = filledText(treeFields['message_tree_id']) ?? filledText(prompt['message_id']) ?? null;
  const nodes: Node[] = [];
  // Without recursion: a tree may be as deep as its conversation is long.
  const open: { fields: Record<string, unknown>; parentId: string | null; index: number }[] = [
    { fields: prompt, parentId: null, index: 0 },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { fields, parentId, index } = next;
    const given = filledText(fields['message_id']);
    const id = given === null ? idFrom(treeId, parentId, index, String(fields['text'])) : ownId(given);
    nodes.push({ fields, id, parentId, tree: parentId === null ? treeFields : null });
    const replies = Array.isArray(fields['replies']) ? (fields['replies'] as unknown[]) : [];
    const below = replies.flatMap((reply, position) => {
      if (isRecord(reply)) return [{ fields: reply, parentId: id, index: position }];
      tally.skip('unknown-form');
      return [];
    });
    for (const reply of below.reverse()) open.push(reply);
  }
  return toConversation(treeId, nodes, now, tally);
}

/** The conversations of a flat file, whose rows name their tree, or at least their parent. */
export function toRowConversations(
  rows: readonly Record<string, unknown>[],
  now: number,
  tally: Tally,
): StoredConversation[] {
  const trees = new Map<string, Node[]>();
  const treeOf = new Map<string, string>();
  const parentOf = new Map<string, string | null>();
  for (const row of rows) parentOf.set(filledText(row['message_id']) ?? '', filledText(row['parent_id']));
  for (const [index, row] of rows.entries()) {
    const given = filledText(row['message_id']);
    const id = given === null ? idFrom('row', index, String(row['text'])) : ownId(given);
    const parent = filledText(row['parent_id']);
    const treeId = filledText(row['message_tree_id']) ?? rootOf(given ?? id, parentOf, treeOf);
    const node: Node = {
      ...{ fields: row, id },
      parentId: parent === null ? null : ownId(parent),
      tree: Object.fromEntries(Object.entries(row).filter(([name]) => rowTreeFields.has(name))),
    };
    const nodes = trees.get(treeId);
    if (nodes === undefined) trees.set(treeId, [node]);
    else nodes.push(node);
  }
  return [...trees].flatMap(([treeId, nodes]) => toConversation(treeId, nodes, now, tally) ?? []);
}

/** The topmost ancestor that is named; every row on the way is remembered, so a long chain is walked once. */
function rootOf(id: string, parentOf: ReadonlyMap<string, string | null>, known: Map<string, string>): string {
  const way = new Set<string>();
  let root = id;
  for (;;) {
    const remembered = known.get(root);
    if (remembered !== undefined) {
      root = remembered;
      break;
    }
    way.add(root);
    const parent = parentOf.get(root) ?? null;
    // What forms a ring is left out later; here it only must not be followed for ever.
    if (parent === null || way.has(parent)) break;
    root = parent;
  }
  for (const each of way) known.set(each, root);
  return root;
}

function toConversation(
  treeId: string | null,
  nodes: readonly Node[],
  now: number,
  tally: Tally,
): StoredConversation | null {
  const all = nodes.flatMap((node) => toMessage(node, treeId, now, tally) ?? []);
  const messages = orderMessages(all, tally);
  const [root] = messages;
  if (root === undefined) return null;
  const times = messages.map(({ createdAt }) => createdAt);
  const span = times.reduce(({ first, last }, time) => ({ first: Math.min(first, time), last: Math.max(last, time) }), {
    first: root.createdAt,
    last: root.createdAt,
  });
  return {
    id: treeId === null ? root.id : ownId(treeId),
    title: titleFromQuestion(root.text),
    createdAt: span.first,
    updatedAt: span.last,
    ...{ origin: 'window', presetId: null, titleByHand: false },
    ...{ isPinned: false, isArchived: false, folder: null },
    currentLeafId: bestLeaf(messages, root),
    messages,
  };
}

function toMessage(node: Node, treeId: string | null, now: number, tally: Tally): StoredMessage | null {
  const { fields, id, parentId } = node;
  const { text, role } = fields;
  if (typeof text !== 'string') {
    tally.skip('no-text');
    return null;
  }
  if (role !== 'prompter' && role !== 'assistant') {
    tally.skip('unknown-role');
    return null;
  }
  return {
    ...{ id, parentId, role, text: text.toWellFormed() },
    ...{ status: 'complete', errorCode: null, generation: null },
    createdAt: timeOf(fields['created_date']) ?? now,
    rating: role === 'assistant' ? ratingOf(fields['events']) : null,
    imported: toImported(node, treeId, tally),
  };
}

/** What the format says of a message beyond the app's own fields. */
function toImported({ fields, id, parentId, tree }: Node, treeId: string | null, tally: Tally): ImportedFields | null {
  const isOwnField = (name: string): boolean => ownFields.has(name) || (tree !== null && rowTreeFields.has(name));
  const kept = Object.entries(fields).filter(([name, value]) => !isOwnField(name) && value !== null);
  const givenId = fields['message_id'];
  const message = Object.fromEntries([
    ...(typeof givenId === 'string' && givenId !== id ? [['message_id', givenId] as const] : []),
    ...kept.map(([name, value]) => [name, asInTree(name, value)] as const),
  ]);
  const ofTree = Object.entries(tree ?? {}).filter(
    ([name, value]) => value !== null && !(name === 'message_tree_id' && value === (treeId && ownId(treeId))),
  );
  const imported = { message, tree: parentId === null && ofTree.length > 0 ? Object.fromEntries(ofTree) : null };
  if (isSmall(imported)) return imported;
  tally.lose('withoutFields');
  return null;
}

/** Flat files hold emojis and labels as columns; trees hold them by name. */
function asInTree(name: string, value: unknown): unknown {
  if (!isRecord(value) || !Array.isArray(value['name']) || !Array.isArray(value['count'])) return value;
  const counts = value['count'] as unknown[];
  const values = value['value'];
  const names = (value['name'] as unknown[]).map(String);
  if (name === 'emojis') return Object.fromEntries(names.map((each, index) => [each, counts[index]]));
  if (name === 'labels' && Array.isArray(values)) {
    const labels = values as unknown[];
    return Object.fromEntries(names.map((each, index) => [each, { value: labels[index], count: counts[index] }]));
  }
  return value;
}

/** The end of the branch that people ranked best; of unranked replies the first. */
function bestLeaf(messages: readonly StoredMessage[], root: StoredMessage): string {
  const best = new Map<string, { id: string; rank: number }>();
  for (const { id, parentId, imported } of messages) {
    if (parentId === null) continue;
    const given = imported?.message['rank'];
    const rank = typeof given === 'number' ? given : Infinity;
    const known = best.get(parentId);
    if (known === undefined || rank < known.rank) best.set(parentId, { id, rank });
  }
  let leaf = root.id;
  for (let next = best.get(leaf); next !== undefined; next = best.get(leaf)) leaf = next.id;
  return leaf;
}
