import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase } from '../../main/database/connection.ts';
import { createOperations } from '../../main/database/operations.ts';

/**
 * A process made to be killed: saves a growing answer every few milliseconds and says so once a save is on disk.
 * Arguments: path of the database, id of a running answer. Each line on stdout is the number of a finished save.
 */
const [path, answerId] = process.argv.slice(2);
if (path === undefined || answerId === undefined) throw new Error('usage: database-save-loop PATH ANSWER_ID');

const operations = createOperations(openDatabase(path));
for (let count = 1; ; count++) {
  operations.saveAnswerText(answerId, `${count} ${'word '.repeat(count % 2_000)}`);
  // Written at once, not through a stream: nothing may be acknowledged later than it seems, or lost with the process.
  writeSync(1, `${count}\n`);
  await pause(count % 3);
}
