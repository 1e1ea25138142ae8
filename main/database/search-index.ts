import type Database from 'better-sqlite3';

/** The indexes of the search. What they hold can be made again from the texts at any time. */
const indexes = ['title_index', 'message_index'] as const;

/**
 * Within a transaction: leaves messages that are inserted from here on to the function that is returned, which indexes
 * them all at once. One by one takes four times as long.
 */
export function pauseIndexing(db: Database.Database): () => void {
  const { last } = db.prepare<[], { last: number }>('SELECT ifnull(max(seq), 0) AS last FROM messages').get() ?? {
    last: 0,
  };
  db.exec('INSERT INTO indexing_paused VALUES (1)');
  return () => {
    db.exec('DELETE FROM indexing_paused');
    const sql = 'INSERT INTO message_index (rowid, text) SELECT seq, text FROM indexed_messages WHERE seq > ?';
    db.prepare<[number]>(sql).run(last);
  };
}

/**
 * Runs `work`, which deletes many texts, without taking each out of the indexes at once: that costs eight milliseconds a
 * message where there are 200,000, for it changes as many pages as the text has trigrams. What was deleted is not found
 * any more, but traces of it stay until `eraseFromIndexes`, which the same transaction has to make sure of.
 */
export function leavingTraces<T>(db: Database.Database, work: () => T): T {
  const set = (isOn: 0 | 1): void => {
    for (const index of indexes) db.exec(`INSERT INTO ${index} (${index}, rank) VALUES ('secure-delete', ${isOn})`);
  };
  set(0);
  try {
    return work();
  } finally {
    set(1);
  }
}

/** Writes the indexes anew without what was deleted. Takes about a second for 200,000 messages. */
export function eraseFromIndexes(db: Database.Database): void {
  for (const index of indexes) db.exec(`INSERT INTO ${index} (${index}) VALUES ('optimize')`);
}

/**
 * Compares the indexes with the texts, which takes some five seconds for 200,000 messages and needs a connection that
 * may write.
 */
export function areIndexesSound(db: Database.Database): boolean {
  try {
    for (const index of indexes) db.exec(`INSERT INTO ${index} (${index}, rank) VALUES ('integrity-check', 1)`);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_CORRUPT_VTAB') return false;
    throw error;
  }
}

/** Makes the indexes from the texts, whatever state they are in. */
export function rebuildIndexes(db: Database.Database): void {
  for (const index of indexes) db.exec(`INSERT INTO ${index} (${index}) VALUES ('rebuild')`);
}
