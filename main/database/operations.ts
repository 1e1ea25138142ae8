import type Database from 'better-sqlite3';
import type { DatabaseOperations } from './protocol.ts';
import * as answers from './repositories/answers.ts';
import * as conversations from './repositories/conversations.ts';
import * as exchange from './repositories/exchange.ts';
import * as messages from './repositories/messages.ts';
import * as modelFiles from './repositories/model-files.ts';
import * as models from './repositories/models.ts';
import * as settings from './repositories/settings.ts';

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
    listConversations: () => conversations.listConversations(db),
    getConversation: (id) => conversations.getConversation(db, id),
    renameConversation: (id, title) => conversations.renameConversation(db, id, title),
    chooseConversationPreset: (id, presetId) => conversations.chooseConversationPreset(db, id, presetId),
    deleteConversation: (id, now) => conversations.deleteConversation(db, id, now),
    restoreConversation: (id) => conversations.restoreConversation(db, id),
    purgeDeleted: (deletedBefore) => conversations.purgeDeleted(db, deletedBefore),

    getBranch: (conversationId) => messages.getBranch(db, conversationId),
    getPath: (messageId) => messages.getPath(db, messageId),
    getMessage: (messageId) => messages.getMessage(db, messageId),
    selectBranch: (conversationId, messageId) => messages.selectBranch(db, conversationId, messageId),

    startTurn: (turn) => answers.startTurn(db, turn),
    startReply: (reply) => answers.startReply(db, reply),
    resumeAnswer: (messageId) => answers.resumeAnswer(db, messageId, clock()),
    saveAnswerText: (messageId, text) => answers.saveAnswerText(db, messageId, text),
    finishAnswer: (outcome) => answers.finishAnswer(db, outcome),
    interruptUnfinished: () => (isOnlyProcess ? conversations.interruptUnfinished(db, null) : 0),

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

    listExportable: () => exchange.listExportable(db),
    readConversations: (ids) => exchange.readConversations(db, ids),
    stageImport: (staged) => exchange.stageImport(db, staged),
    mergeStaged: (isDryRun) => exchange.mergeStaged(db, isDryRun),
    dropStaged: () => exchange.dropStaged(db),
  };
}
