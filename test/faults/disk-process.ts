import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { v7 as newId } from 'uuid';
import { openDatabaseClient } from '../../main/database/client.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { presets } from '../../preload/contract/presets.ts';

/**
 * The app's database at work on a disk that fails. Argument: path of the database. Asks and answers until told to stop by
 * a closed stdin; each line on stdout is an id of an answer that is on disk, or the code of a failure.
 */
const [databasePath] = process.argv.slice(2);
if (databasePath === undefined) throw new Error('usage: disk-process PATH');
const stopping = new AbortController();
process.stdin.on('end', () => stopping.abort()).resume();
const tell = (line: string): void => void writeSync(1, `${line}\n`);
const codeOf = (error: unknown): string => (error instanceof AppError ? error.code : `unexpected ${String(error)}`);

const workerUrl = new URL('../../main/database/worker.ts', import.meta.url);
try {
  const database = await openDatabaseClient({ databasePath, workerUrl });
  const facts = { modelName: 'Guide', modelSha256: null, presetId: 'k50', parameters: presets.k50, seed: 1 };
  tell('open');
  while (!stopping.signal.aborted) {
    const [conversationId, questionId, answerId, now] = [newId(), newId(), newId(), Date.now()];
    const newConversation = { title: 'On a failing disk', origin: 'window' as const };
    try {
      await database.startTurn({
        ...{ conversationId, newConversation, questionId, parentId: null, text: 'Why?', answerId, facts, now },
      });
      await database.finishAnswer({
        ...{ messageId: answerId, text: 'Because. '.repeat(400), status: 'complete', errorCode: null, facts: {}, now },
      });
      tell(`saved ${answerId}`);
    } catch (error) {
      tell(`failed ${codeOf(error)}`);
    }
    await pause(5);
  }
  await database.close();
} catch (error) {
  tell(`failed ${codeOf(error)}`);
}
