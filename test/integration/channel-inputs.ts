import type { Channel } from '../../preload/contract/channels.ts';
import { maxQuestionLength } from '../../preload/contract/generations.ts';
import { newId } from '../support/database.ts';

/** An id that nothing has. */
export const id = newId();

/** For every channel what it takes, and what it must not take. */
export const inputs: Record<Channel, { good: unknown; bad: unknown[] }> = {
  'app:info': { good: undefined, bad: [null, {}, 'x'] },
  'app:licences': { good: undefined, bad: [null, 0] },
  'app:copy-text': {
    good: { text: 'x' },
    bad: [undefined, { text: 1 }, { text: 'x', more: 1 }, { text: 'x'.repeat(10_000_001) }],
  },
  'app:open-link': { good: { url: 'https://example.org' }, bad: [{ url: 1 }, {}, { url: 'h'.repeat(4097) }] },
  'conversations:list': {
    good: { isArchived: false, after: { isPinned: true, updatedAt: 5, id }, limit: 200 },
    bad: [
      undefined,
      { isArchived: false, after: null },
      { isArchived: false, after: null, limit: 0 },
      { isArchived: false, after: null, limit: 5001 },
      { isArchived: 1, after: null, limit: 9 },
      { isArchived: false, after: { isPinned: true, updatedAt: 'x', id }, limit: 9 },
    ],
  },
  'conversations:open': {
    good: { conversationId: id },
    bad: [{ conversationId: '../x' }, {}, id, { conversationId: id, x: 1 }],
  },
  'conversations:earlier': {
    good: { conversationId: id, beforeMessageId: id },
    bad: [{ conversationId: id }, { conversationId: id, beforeMessageId: id, limit: 10_000 }],
  },
  'conversations:rename': {
    good: { conversationId: id, title: 'x' },
    bad: [{ conversationId: id, title: '  ' }, { conversationId: id, title: 'x'.repeat(201) }, { conversationId: id }],
  },
  'conversations:organise': {
    good: { conversationIds: [id], isPinned: true, folderId: null },
    bad: [
      { isPinned: true },
      { conversationIds: [id], isPinned: 1 },
      { conversationIds: [id], folderId: 'Recipes' },
      { conversationIds: [id], deletedAt: null },
    ],
  },
  'conversations:delete': {
    good: { conversationIds: [id] },
    bad: [{ conversationIds: [] }, { conversationIds: [1] }, { conversationId: id }, undefined],
  },
  'conversations:restore': { good: { conversationIds: [id] }, bad: [{ conversationIds: null }, []] },
  'conversations:forget': { good: { conversationId: id }, bad: [{ conversationId: null }, {}] },
  'conversations:keep': { good: { conversationId: id }, bad: [{ conversationId: 'all' }, {}] },
  'conversations:choose-preset': {
    good: { conversationId: id, presetId: 'nucleus9' },
    bad: [{ conversationId: id }, { conversationId: id, presetId: 'x' }, { conversationId: 'x', presetId: null }],
  },
  'conversations:select-branch': {
    good: { conversationId: id, messageId: id },
    bad: [{ conversationId: id }, { conversationId: id, messageId: "' OR 1=1" }],
  },
  'generations:start': {
    good: { conversationId: null, text: 'Hello' },
    bad: [
      { conversationId: null, text: '' },
      { conversationId: null, text: ' \n\t ' },
      { conversationId: null, text: 'x'.repeat(maxQuestionLength + 1) },
      { conversationId: 'x', text: 'Hello' },
      { text: 'Hello' },
      { conversationId: null, text: 'Hello', seed: -1 },
      { conversationId: null, text: 'Hello', seed: 1.5 },
      { conversationId: null, text: 'Hello', seed: 2 ** 32 },
      { conversationId: null, text: 'Hello', presetId: 'k51' },
      { conversationId: null, text: 'Hello', parameters: {} },
      { conversationId: id, text: 'Hello', insteadOf: 'the last' },
    ],
  },
  'generations:retry': {
    good: { messageId: id, count: 3 },
    bad: [
      { messageId: id, presetId: '__proto__' },
      { messageId: '' },
      { messageId: id, count: 0 },
      { messageId: id, count: 4 },
    ],
  },
  'generations:continue': { good: { messageId: id }, bad: [{ messageId: id, seed: 1 }, null] },
  'generations:preview': {
    good: { conversationId: null, text: '' },
    bad: [{ conversationId: 'x', text: '' }, { conversationId: null, text: 'x'.repeat(maxQuestionLength + 1) }, {}],
  },
  'generations:stop': { good: { messageId: id }, bad: [{ messageId: 5 }, 'x'] },
  'messages:tree': { good: { conversationId: id }, bad: [{ conversationId: null }, {}] },
  'messages:versions': { good: { messageId: id }, bad: [{ messageId: '../x' }, id] },
  'messages:rate': {
    good: { messageId: id, rating: -1 },
    bad: [
      { messageId: id },
      { messageId: id, rating: 0 },
      { messageId: id, rating: 2 },
      { messageId: id, rating: '1' },
    ],
  },
  'messages:delete-branch': { good: { messageId: id }, bad: [{}, { messageId: id, forGood: true }] },
  'messages:restore-branch': { good: { messageId: id }, bad: [{ messageId: null }] },
  'messages:fork': { good: { messageId: id }, bad: [{ conversationId: id }] },
  'messages:copy-link': { good: { messageId: id }, bad: [{ messageId: 'oasst://message/x' }, undefined] },
  'queue:get': { good: { conversationId: id }, bad: [{ conversationId: null }, {}] },
  'queue:add': {
    good: { conversationId: id, text: 'Hello' },
    bad: [
      { conversationId: id, text: ' ' },
      { conversationId: null, text: 'Hello' },
      { conversationId: id, text: 'x'.repeat(maxQuestionLength + 1) },
    ],
  },
  'queue:change': {
    good: { conversationId: id, questionId: id, text: 'x' },
    bad: [
      { conversationId: id, questionId: id, text: '' },
      { conversationId: id, text: 'x' },
    ],
  },
  'queue:move': {
    good: { conversationId: id, questionId: id, toIndex: 0 },
    bad: [
      { conversationId: id, questionId: id, toIndex: -1 },
      { conversationId: id, questionId: id, toIndex: 0.5 },
    ],
  },
  'queue:remove': { good: { conversationId: id, questionId: id }, bad: [{ conversationId: id }] },
  'queue:resume': { good: { conversationId: id }, bad: [{ conversationId: id, questionId: id }] },
  'drafts:list': { good: undefined, bad: [{}] },
  'drafts:save': {
    good: { conversationId: id, text: 'half a quest' },
    bad: [
      { conversationId: 'new', text: 'x' },
      { conversationId: null, text: 'x'.repeat(10 * maxQuestionLength + 1) },
      { text: 'x' },
    ],
  },
  'folders:list': { good: undefined, bad: [{}] },
  'folders:create': { good: { name: 'Recipes' }, bad: [{ name: ' ' }, { name: 'x'.repeat(101) }, { name: 'x', id }] },
  'folders:rename': { good: { folderId: id, name: 'x' }, bad: [{ folderId: id }, { folderId: '../x', name: 'x' }] },
  'folders:delete': { good: { folderId: id }, bad: [{ folderId: null }, {}] },
  'search:find': {
    good: { query: 'tree', filters: { isRated: true, fromMs: 5, folderId: id }, cursor: null, limit: 50 },
    bad: [
      { query: 'tree', cursor: null, limit: 50 },
      { query: 'x'.repeat(501), filters: {}, cursor: null, limit: 50 },
      { query: 'tree', filters: { isRated: 1 }, cursor: null, limit: 50 },
      { query: 'tree', filters: { text: 'x' }, cursor: null, limit: 50 },
      { query: 'tree', filters: { folderId: '../x' }, cursor: null, limit: 50 },
      { query: 'tree', filters: {}, cursor: 5, limit: 50 },
      { query: 'tree', filters: {}, cursor: null, limit: 101 },
    ],
  },
  'search:model-names': { good: undefined, bad: [{}] },
  'trash:list': { good: undefined, bad: [{}] },
  'trash:restore': {
    good: { entries: [{ kind: 'branch', id }] },
    bad: [{ entries: [] }, { entries: null }, { entries: [{ kind: 'folder', id }] }, { entries: [{ kind: 'branch' }] }],
  },
  'trash:erase': {
    good: { entries: [{ kind: 'conversation', id }], alsoInBackups: false },
    bad: [{ entries: null }, { entries: [], alsoInBackups: true }, { entries: null, alsoInBackups: 'yes' }, undefined],
  },
  'backups:list': { good: undefined, bad: [null, {}] },
  'backups:create': { good: undefined, bad: [null, 'owner'] },
  'backups:preview': {
    good: { backupId: '2026-11-23-114500-owner' },
    bad: [undefined, {}, { backupId: '../conversations' }, { backupId: '' }, { backupId: 'a'.repeat(101) }],
  },
  'backups:restore': {
    good: { backupId: '2026-11-23-114500-owner' },
    bad: [undefined, { backupId: 'a/b' }, { backupId: 'A' }, { backupId: 'a', more: 1 }],
  },
  'backups:delete': { good: { backupId: '2026-11-23-114500-owner' }, bad: [undefined, { backupId: 'a.b' }] },
  'backups:show-folder': { good: undefined, bad: [null, '/'] },
  'models:status': { good: undefined, bad: [{}] },
  'library:get': { good: undefined, bad: [{}] },
  'library:inspect-file': { good: { path: null }, bad: [undefined, { path: '' }, { path: 'x'.repeat(4097) }, {}] },
  'library:add-file': {
    good: { path: '/nowhere.gguf', copy: false, asCompletion: false },
    bad: [{ path: '/m.gguf' }, { path: '/m.gguf', copy: 'yes', asCompletion: false }],
  },
  'library:use': { good: { modelId: id }, bad: [{ modelId: '/etc/passwd' }, {}, { modelId: id, ignoreMemory: 1 }] },
  'library:verify': { good: { modelId: id }, bad: [{ modelId: '../x' }] },
  'library:cancel-reading': { good: { of: id }, bad: [{ of: 7 }, { of: '' }] },
  'library:reveal': { good: { modelId: id }, bad: [{ path: '/' }] },
  'library:remove': { good: { modelId: id }, bad: [{ modelId: id, force: true }] },
  'library:install': {
    good: { catalogueId: 'no-such-model', type: 'Q4_K_M' },
    bad: [
      { catalogueId: 'x', type: 'Q2_K' },
      { catalogueId: 'x'.repeat(101), type: 'Q4_0' },
    ],
  },
  'library:pause-installation': { good: { installationId: id }, bad: [{ installationId: 'all' }] },
  'library:resume-installation': { good: { installationId: id }, bad: [{}] },
  'library:cancel-installation': { good: { installationId: id }, bad: [{ installationId: null }] },
  'exchange:export': {
    good: { conversationIds: [id], format: 'md', branches: 'all' },
    bad: [
      { conversationIds: [], format: 'md', branches: 'all' },
      { conversationIds: ['../x'], format: 'md', branches: 'all' },
      { conversationIds: null, format: 'docx', branches: 'all' },
      { conversationIds: null, format: 'md', branches: 'some' },
      { conversationIds: null, format: 'md', branches: 'all', path: '/etc/passwd' },
    ],
  },
  'exchange:print': {
    good: { conversationId: id, branches: 'active' },
    bad: [{ conversationId: id }, { conversationId: '../x', branches: 'active' }, { html: '<p>', branches: 'active' }],
  },
  'exchange:copy': {
    good: { scope: 'branch', id },
    bad: [
      { scope: 'folder', id },
      { scope: 'message', id: '' },
      { scope: 'message', id, text: 'x' },
    ],
  },
  'exchange:inspect': { good: { isFolder: false }, bad: [undefined, {}, { isFolder: false, path: '/etc/passwd' }] },
  'exchange:import': { good: { id }, bad: [{ id: '/etc/passwd' }, {}, { id, path: '/x' }] },
  'exchange:cancel': { good: undefined, bad: [{}] },
  'desktop:state': { good: undefined, bad: [{}] },
  'desktop:set-shortcut': {
    good: { accelerator: 'Control+Alt+K' },
    bad: [
      { accelerator: 'K' },
      { accelerator: 'Shift+' },
      { accelerator: 'Control+Alt+K+L+' },
      { accelerator: `Control+${'K'.repeat(60)}` },
      { accelerator: 7 },
      {},
    ],
  },
  'desktop:test-shortcut': { good: { isTesting: false }, bad: [{ isTesting: 'no' }, undefined] },
  'desktop:suspend-shortcut': { good: { isSuspended: false }, bad: [{ isSuspended: 1 }, true] },
  'quick-ask:state': { good: undefined, bad: [{}] },
  'quick-ask:show': { good: undefined, bad: [{ text: 'x', isQuestion: true }] },
  'quick-ask:hide': { good: undefined, bad: [null] },
  'quick-ask:set-pinned': { good: { isPinned: true }, bad: [{ isPinned: null }, {}] },
  'quick-ask:set-height': { good: { height: 58.5 }, bad: [{ height: 0 }, { height: 10_001 }, { height: Number.NaN }] },
  'quick-ask:save-draft': {
    good: { draft: 'half a quest' },
    bad: [{ draft: 1 }, { draft: 'x'.repeat(maxQuestionLength + 1) }],
  },
  'quick-ask:set-conversation': { good: { conversationId: null }, bad: [{ conversationId: 'x' }, {}] },
  'quick-ask:continue-in-main': { good: { conversationId: id }, bad: [{ conversationId: null }, undefined] },
  'models:load': { good: { ignoreMemory: true }, bad: [{ path: '/m' }, { ignoreMemory: 1 }, null] },
  'models:state-cache': { good: undefined, bad: [{}] },
  'models:clear-state-cache': { good: undefined, bad: [{ folder: '/' }] },
  'settings:get': { good: undefined, bad: [{}] },
  'settings:change': {
    good: { sidebarVisible: false },
    bad: [
      { sidebarVisible: 1 },
      { modelPath: '/etc/passwd' },
      { stateCacheLimitBytes: -1 },
      { deviceSteps: { '/m.gguf': 'cpu' } },
      { windowTokens: 4096 },
      { presetId: 'x' },
      { quickAskShortcut: 'Control+K' },
      { confirmedShortcut: null },
      { windowBounds: null },
      { zoom: 4 },
      { theme: 'blue' },
      { exportFormat: 'docx' },
      undefined,
    ],
  },
};
