import type Database from 'better-sqlite3';
import { rebuildTextIndexes } from './integrity.ts';
import type { DatabaseOperations } from './protocol.ts';
import * as answers from './repositories/answers.ts';
import * as branches from './repositories/branches.ts';
import * as conversations from './repositories/conversations.ts';
import * as drafts from './repositories/drafts.ts';
import * as exchange from './repositories/exchange.ts';
import * as folders from './repositories/folders.ts';
import * as forks from './repositories/forks.ts';
import * as messages from './repositories/messages.ts';
import * as modelFiles from './repositories/model-files.ts';
import * as models from './repositories/models.ts';
import * as paths from './repositories/paths.ts';
import * as queuedQuestions from './repositories/queued-questions.ts';
import * as search from './repositories/search.ts';
import * as settings from './repositories/settings.ts';
import * as trash from './repositories/trash.ts';
import * as scrub from './scrub.ts';

/**
 * All operations on one open connection.
 *
 * @param clock ms since 1970; serves `resumeAnswer`, which is told no time
 * @param isOnlyProcess whether no other process can be writing an answer
 */
export function createOperations(
  db: Database.Database,
  clock: () => number = Date.now,
  isOnlyProcess = true,
): DatabaseOperations {
  return {
    listConversations: (input) => conversations.listConversations(db, input),
    newestConversations: (limit) => conversations.newestConversations(db, limit),
    findConversations: (ids) => conversations.findConversations(db, ids),
    getConversation: (id) => conversations.getConversation(db, id),
    renameConversation: (id, title) => conversations.renameConversation(db, id, title),
    chooseConversationPreset: (id, presetId) => conversations.chooseConversationPreset(db, id, presetId),
    organiseConversations: (input) => conversations.organiseConversations(db, input),
    deleteConversations: (ids, now) => conversations.deleteConversations(db, ids, now),
    restoreConversations: (ids) => conversations.restoreConversations(db, ids),

    listFolders: () => folders.listFolders(db),
    createFolder: (folder) => folders.createFolder(db, folder),
    renameFolder: (id, name) => folders.renameFolder(db, id, name),
    deleteFolder: (id) => folders.deleteFolder(db, id),

    listTrash: () => trash.listTrash(db),
    restoreTrash: (entries) => trash.restoreTrash(db, entries),
    eraseTrash: (entries) => trash.eraseTrash(db, entries),
    purgeDeleted: (deletedBefore) => trash.purgeDeleted(db, deletedBefore),
    scrubErased: () => scrub.scrubErased(db),
    rebuildTextIndexes: () => rebuildTextIndexes(db),

    getBranchEnd: (conversationId, limit, throughId) => paths.getBranchEnd(db, conversationId, limit, throughId),
    getEarlier: (conversationId, messageId, limit) => paths.getEarlier(db, conversationId, messageId, limit),
    getHistory: (messageId, windowTokens) => paths.getHistory(db, messageId, windowTokens),
    getCurrentLeaf: (conversationId) => messages.getCurrentLeaf(db, conversationId),
    getMessage: (messageId) => messages.getMessage(db, messageId),
    getSiblings: (messageId) => messages.getSiblings(db, messageId),
    getTree: (conversationId) => messages.getTree(db, conversationId),
    selectBranch: (conversationId, messageId) => branches.selectBranch(db, conversationId, messageId),
    listUnfinishedBelow: (messageId) => branches.listUnfinishedBelow(db, messageId),
    deleteBranch: (messageId, now) => branches.deleteBranch(db, messageId, now),
    restoreBranch: (messageId) => branches.restoreBranch(db, messageId),
    forkBranch: (messageId, conversationId, now) => forks.forkBranch(db, messageId, conversationId, now),
    rateAnswer: (messageId, rating) => answers.rateAnswer(db, messageId, rating),

    startTurn: (turn) => answers.startTurn(db, turn),
    startReplies: (replies) => answers.startReplies(db, replies),
    resumeAnswer: (messageId) => answers.resumeAnswer(db, messageId, clock()),
    saveAnswerText: (messageId, text) => answers.saveAnswerText(db, messageId, text),
    finishAnswer: (outcome) => answers.finishAnswer(db, outcome),
    interruptUnfinished: () => (isOnlyProcess ? conversations.interruptUnfinished(db, null) : 0),

    listDrafts: () => drafts.listDrafts(db),
    saveDraft: (draft) => drafts.saveDraft(db, draft),
    getQueue: (conversationId) => queuedQuestions.getQueue(db, conversationId),
    addQueuedQuestion: (question) => queuedQuestions.addQueuedQuestion(db, question),
    changeQueuedQuestion: (conversationId, questionId, text) =>
      queuedQuestions.changeQueuedQuestion(db, conversationId, questionId, text),
    moveQueuedQuestion: (conversationId, questionId, toIndex) =>
      queuedQuestions.moveQueuedQuestion(db, conversationId, questionId, toIndex),
    removeQueuedQuestion: (conversationId, questionId) =>
      queuedQuestions.removeQueuedQuestion(db, conversationId, questionId),

    // Nothing in a database of its own is temporary: see `withTemporary`.
    listTemporary: () => [],
    forgetTemporary: () => undefined,
    keepTemporary: () => undefined,
    addConversation: (conversation) => exchange.addConversation(db, conversation),

    getSettings: () => settings.getSettings(db),
    changeSettings: (patch) => settings.changeSettings(db, patch),

    findModelFile: (path) => modelFiles.findModelFile(db, path),
    saveModelFile: (record) => modelFiles.saveModelFile(db, record),

    listModels: () => models.listModels(db),
    getModel: (id) => models.getModel(db, id),
    saveModel: (record) => models.saveModel(db, record),
    deleteModel: (id) => models.deleteModel(db, id),
    measuredSpeed: (sha256) => models.measuredSpeed(db, sha256),
    listInstallations: () => models.listInstallations(db),
    saveInstallation: (record) => models.saveInstallation(db, record),
    deleteInstallation: (id) => models.deleteInstallation(db, id),

    findText: (input) => search.findText(db, input),
    listAnswerModels: () => search.listAnswerModels(db),

    listExportable: () => exchange.listExportable(db),
    readConversations: (ids) => exchange.readConversations(db, ids),
    stageImport: (staged) => exchange.stageImport(db, staged),
    mergeStaged: (isDryRun) => exchange.mergeStaged(db, isDryRun),
    dropStaged: () => exchange.dropStaged(db),
  };
}
