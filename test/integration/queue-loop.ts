import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { v7 as newId } from 'uuid';
import { openDatabase } from '../../main/database/connection.ts';
import { createOperations } from '../../main/database/operations.ts';
import { presets } from '../../preload/contract/presets.ts';

/**
 * A process made to be killed: lets numbered questions wait and asks them one after the other. Arguments: path of the
 * database, id of a conversation, id of its newest answer, first number. Each line on stdout is the number of a question
 * that waits on disk.
 */
const [path, conversationId, answerId, first] = process.argv.slice(2);
if (path === undefined || conversationId === undefined || answerId === undefined || first === undefined) {
  throw new Error('usage: queue-loop PATH CONVERSATION_ID ANSWER_ID FIRST');
}

const operations = createOperations(openDatabase(path));
const facts = { modelName: 'Guide', modelSha256: null, presetId: 'k50', parameters: presets.k50, seed: 1 };
let parentId = answerId;
for (let count = Number(first); ; count++) {
  const queuedId = newId();
  operations.addQueuedQuestion({ id: queuedId, conversationId, text: String(count), now: count });
  writeSync(1, `${count}\n`);
  const turn = { conversationId, newConversation: null, questionId: newId(), answerId: newId(), text: String(count) };
  operations.startTurn({ ...turn, parentId, facts, now: count, queuedId });
  operations.finishAnswer({
    ...{ messageId: turn.answerId, text: 'done', status: 'complete', errorCode: null, facts: {}, now: count },
  });
  parentId = turn.answerId;
  await pause(count % 3);
}
