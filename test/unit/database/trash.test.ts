import { describe, expect, it } from 'vitest';
import { createOperations } from '../../../main/database/operations.ts';
import type { DatabaseOperations, NewTurn } from '../../../main/database/protocol.ts';
import {
  branchOf,
  codeOf,
  completeOutcome,
  memoryOperations,
  newId,
  newTurn,
  nextTurn,
  openMemoryDatabase,
} from '../../support/database.ts';

const nothing = { conversationIds: [], branches: [] };

/** A finished turn. */
function add(operations: DatabaseOperations, turn: NewTurn): NewTurn {
  operations.startTurn(turn);
  operations.finishAnswer(completeOutcome(turn.answerId));
  return turn;
}

/** A conversation with a second question asked in two ways, the first of which is deleted with what follows it. */
function withDeletedBranch(operations: DatabaseOperations) {
  const first = add(operations, newTurn());
  const branch = add(operations, nextTurn(first, { text: 'Is a  ring\na tree?' }));
  const below = add(operations, nextTurn(branch));
  const kept = add(operations, nextTurn(first, { text: 'Is a star a tree?' }));
  operations.deleteBranch(branch.questionId, 3_000);
  return { first, branch, below, kept, entry: { kind: 'branch', id: branch.questionId } as const };
}

describe('the trash', () => {
  it('lists conversations, and branches of conversations that are not deleted, newest first', () => {
    const operations = memoryOperations();
    const { first, branch } = withDeletedBranch(operations);
    const deleted = add(operations, newTurn({ newConversation: { title: 'Gone', origin: 'window' } }));
    operations.deleteConversations([deleted.conversationId], 4_000);
    const conversation = {
      ...{ kind: 'conversation', id: deleted.conversationId, conversationId: deleted.conversationId },
      ...{ title: 'Gone', excerpt: null, messages: 2, deletedAt: 4_000 },
    };
    expect(operations.listTrash()).toEqual([
      conversation,
      {
        ...{ kind: 'branch', id: branch.questionId, conversationId: first.conversationId, title: 'A title' },
        ...{ excerpt: 'Is a ring a tree?', messages: 4, deletedAt: 3_000 },
      },
    ]);
    operations.deleteConversations([first.conversationId], 5_000);
    expect(operations.listTrash()).toMatchObject([{ id: first.conversationId, messages: 8 }, conversation]);
  });

  it('gives back conversations and branches, and says which conversations changed', () => {
    const operations = memoryOperations();
    const { first, below, entry } = withDeletedBranch(operations);
    const deleted = add(operations, newTurn());
    operations.deleteConversations([deleted.conversationId], 4_000);
    const changed = operations.restoreTrash([{ kind: 'conversation', id: deleted.conversationId }, entry]);
    expect(changed.sort()).toEqual([first.conversationId, deleted.conversationId].sort());
    expect(operations.listTrash()).toEqual([]);
    expect(branchOf(operations, first.conversationId).at(-1)?.id, 'the branch is shown').toBe(below.answerId);
    expect(operations.getConversation(deleted.conversationId).id).toBe(deleted.conversationId);
  });

  it('gives back a branch together with the conversation that was deleted since', () => {
    const operations = memoryOperations();
    const { first, below, entry } = withDeletedBranch(operations);
    operations.deleteConversations([first.conversationId], 5_000);
    operations.restoreTrash([entry]);
    expect(branchOf(operations, first.conversationId).at(-1)?.id).toBe(below.answerId);
  });

  it('has nothing to give back once it is gone', () => {
    const operations = memoryOperations();
    const entries = (['conversation', 'branch'] as const).map((kind) => ({ kind, id: newId() }));
    expect(codeOf(() => operations.restoreTrash(entries))).toBe('not-found');
  });
});

describe('erasing', () => {
  it('takes conversations and branches with all that hangs on them, and nothing else', () => {
    const db = openMemoryDatabase();
    const operations = createOperations(db);
    const { first, branch, below, kept, entry } = withDeletedBranch(operations);
    const deleted = add(operations, newTurn());
    operations.saveDraft({ conversationId: deleted.conversationId, text: 'unsent' });
    operations.addQueuedQuestion({
      ...{ id: newId(), conversationId: deleted.conversationId },
      ...{ text: 'waiting', now: 1 },
    });
    operations.deleteConversations([deleted.conversationId], 4_000);

    const entries = [{ kind: 'conversation', id: deleted.conversationId } as const, entry];
    expect(operations.eraseTrash(entries)).toEqual({
      conversationIds: [deleted.conversationId],
      branches: [{ messageId: branch.questionId, conversationId: first.conversationId }],
    });
    expect(operations.listTrash()).toEqual([]);
    expect(codeOf(() => operations.restoreBranch(branch.questionId))).toBe('not-found');
    expect(codeOf(() => operations.getMessage(below.answerId))).toBe('not-found');
    expect(branchOf(operations, first.conversationId).map(({ id }) => id)).toEqual([
      ...[first.questionId, first.answerId, kept.questionId, kept.answerId],
    ]);
    const counts = ['conversations', 'messages', 'generations', 'drafts', 'queued_questions', 'deleted_branches'].map(
      (table) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    );
    expect(counts).toEqual([1, 4, 2, 0, 0, 0]);
    expect(db.pragma('foreign_key_check')).toEqual([]);
  });

  it('takes a branch that was deleted before with the one that it hangs below', () => {
    const operations = memoryOperations();
    const { branch, below } = withNested(operations);
    expect(operations.listTrash().map(({ id, messages }) => [id, messages])).toEqual([
      [branch.questionId, 4],
      [below.questionId, 2],
    ]);
    const entries = [branch, below].map(({ questionId: id }) => ({ kind: 'branch', id }) as const);
    expect(operations.eraseTrash(entries).branches).toHaveLength(1);
    expect(operations.listTrash()).toEqual([]);
  });

  it('of the first question takes the title that came from it, and leaves one that was given by hand', () => {
    const operations = memoryOperations();
    const titles = [false, true].map((isByHand) => {
      const newConversation = { title: 'What is a secret?', origin: 'window' } as const;
      const first = add(operations, newTurn({ text: 'What is a secret?', newConversation }));
      const { conversationId } = first;
      add(operations, nextTurn(first, { parentId: null, text: 'What is\na tree?' }));
      if (isByHand) operations.renameConversation(conversationId, 'Mine');
      operations.deleteBranch(first.questionId, 1);
      operations.eraseTrash([{ kind: 'branch', id: first.questionId }]);
      return operations.getConversation(conversationId).title;
    });
    expect(titles).toEqual(['What is a tree?', 'Mine']);
  });

  it('of another question leaves the title', () => {
    const operations = memoryOperations();
    const first = add(operations, newTurn());
    const other = add(operations, nextTurn(first, { parentId: null }));
    operations.deleteBranch(other.questionId, 1);
    operations.eraseTrash([{ kind: 'branch', id: other.questionId }]);
    expect(operations.getConversation(first.conversationId).title).toBe('A title');
  });

  it('leaves alone what is not in the trash', () => {
    const operations = memoryOperations();
    const turn = add(operations, newTurn());
    const next = add(operations, nextTurn(turn));
    const before = branchOf(operations, turn.conversationId);
    const entries = [
      { kind: 'conversation', id: turn.conversationId },
      { kind: 'branch', id: next.questionId },
      { kind: 'branch', id: turn.conversationId },
      { kind: 'conversation', id: newId() },
    ] as const;
    expect(operations.eraseTrash(entries)).toEqual(nothing);
    expect(branchOf(operations, turn.conversationId)).toEqual(before);
  });

  it('by time takes what was deleted before it, and nothing else', () => {
    const operations = memoryOperations();
    const { entry } = withDeletedBranch(operations);
    const turns = [newTurn(), newTurn(), newTurn()] as const;
    for (const turn of turns) add(operations, turn);
    operations.deleteConversations([turns[0].conversationId], 2_000);
    operations.deleteConversations([turns[1].conversationId], 3_000);
    expect(operations.purgeDeleted(3_000)).toEqual({ conversationIds: [turns[0].conversationId], branches: [] });
    expect(operations.purgeDeleted(3_000)).toEqual(nothing);
    const rest = operations.purgeDeleted(Number.MAX_SAFE_INTEGER);
    expect(rest).toMatchObject({ conversationIds: [turns[1].conversationId], branches: [{ messageId: entry.id }] });
    expect(operations.purgeDeleted(Number.MAX_SAFE_INTEGER)).toEqual(nothing);
    expect(operations.getConversation(turns[2].conversationId).id).toBe(turns[2].conversationId);
  });

  it('copes with a conversation deeper than SQLite lets cascades nest', () => {
    const db = openMemoryDatabase();
    const operations = createOperations(db);
    const first = newTurn();
    const { conversationId } = first;
    db.exec('BEGIN');
    operations.startTurn(first);
    let turn = first;
    for (let depth = 1; depth < 1_500; depth++) operations.startTurn((turn = nextTurn(turn)));
    db.exec('COMMIT');
    operations.startTurn(nextTurn(first));
    const branchRoot = operations.getTree(conversationId).nodes.find(({ parentId }) => parentId === first.answerId);
    operations.deleteBranch(branchRoot?.id ?? '', 1);
    expect(operations.listTrash()).toMatchObject([{ messages: 2_998 }]);
    expect(operations.purgeDeleted(2).branches).toHaveLength(1);
    expect(db.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(4);
    operations.deleteConversations([conversationId], 1);
    operations.purgeDeleted(2);
    expect(db.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(0);
    expect(db.pragma('foreign_key_check')).toEqual([]);
  });
});

/** A deleted branch that hangs below one that was deleted later. */
function withNested(operations: DatabaseOperations) {
  const first = add(operations, newTurn());
  const branch = add(operations, nextTurn(first));
  const below = add(operations, nextTurn(branch));
  operations.deleteBranch(below.questionId, 3_000);
  operations.deleteBranch(branch.questionId, 4_000);
  return { branch, below };
}
