import type { Migration } from './migration.ts';

/** What of a text is indexed. */
const indexed = (text: string): string => `replace(${text}, char(10), ' ') || '  '`;

/**
 * Indexes of trigrams over messages and titles, so that any three characters in a row are found, in every script.
 *
 * - Text is stored once: the indexes hold trigrams and the rows they are in, and read texts from views. A view ends every
 *   text with two blanks, so that its last two characters begin a trigram as well, and puts a blank for each line break,
 *   so that phrases are found over the end of a line.
 * - `detail = none` keeps which rows a trigram is in and not where: a quarter of the size, and less than half of the time
 *   to write. What is found has to be compared with its text, which takes long only for phrases of common words.
 * - An answer that is being written is in no index. It is saved several times a second, and taking text out of an index
 *   costs much more than putting it in.
 * - With 'secure-delete' nothing of a deleted text stays in an index.
 * - Within a transaction FTS5 sorts in what it has after every statement. While `indexing_paused` has a row, new messages
 *   are left for one statement at the end.
 * - VACUUM may number the rows of `conversations` anew, for its key is text: `search_seq` stays.
 * - Which models wrote answers is counted along: the answers are many, and the models few.
 */
export const search: Migration = {
  version: 8,
  up(db) {
    db.exec(`
      ALTER TABLE conversations ADD COLUMN search_seq INTEGER;
      UPDATE conversations SET search_seq = numbered.seq
        FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS seq FROM conversations) AS numbered
        WHERE numbered.id = conversations.id;
      CREATE UNIQUE INDEX conversations_by_search_seq ON conversations (search_seq);
      CREATE INDEX messages_by_time ON messages (created_at);
      CREATE INDEX messages_rated ON messages (rating) WHERE rating IS NOT NULL;

      CREATE VIEW indexed_titles (seq, text) AS
        SELECT search_seq, ${indexed('title')} FROM conversations WHERE search_seq IS NOT NULL;
      CREATE VIEW indexed_messages (seq, text) AS
        SELECT seq, ${indexed('text')} FROM messages WHERE status <> 'generating';

      CREATE VIRTUAL TABLE title_index USING fts5(
        text, content = 'indexed_titles', content_rowid = 'seq',
        tokenize = 'trigram remove_diacritics 1', detail = none, columnsize = 0
      );
      CREATE VIRTUAL TABLE message_index USING fts5(
        text, content = 'indexed_messages', content_rowid = 'seq',
        tokenize = 'trigram remove_diacritics 1', detail = none, columnsize = 0
      );
      CREATE VIRTUAL TABLE title_trigrams USING fts5vocab(title_index, instance);
      CREATE VIRTUAL TABLE message_trigrams USING fts5vocab(message_index, instance);

      INSERT INTO title_index (title_index, rank) VALUES ('secure-delete', 1);
      INSERT INTO message_index (message_index, rank) VALUES ('secure-delete', 1);
      -- So much is gathered in memory before it is sorted in, which makes large imports and this step faster.
      INSERT INTO message_index (message_index, rank) VALUES ('hashsize', 16777216);
      -- Parts of the index are merged little by little while it is written. All at once, as it is done from 16 parts on
      -- otherwise, takes seconds in which no answer is saved.
      INSERT INTO message_index (message_index, rank) VALUES ('crisismerge', 500);
      INSERT INTO title_index (title_index) VALUES ('rebuild');
      INSERT INTO message_index (message_index) VALUES ('rebuild');

      CREATE TRIGGER conversation_inserted AFTER INSERT ON conversations BEGIN
        UPDATE conversations SET search_seq = (SELECT ifnull(max(search_seq), 0) + 1 FROM conversations)
          WHERE id = new.id;
        INSERT INTO title_index (rowid, text)
          SELECT search_seq, ${indexed('title')} FROM conversations WHERE id = new.id;
      END;
      CREATE TRIGGER conversation_renamed AFTER UPDATE OF title ON conversations WHEN new.title <> old.title BEGIN
        INSERT INTO title_index (title_index, rowid, text)
          VALUES ('delete', old.search_seq, ${indexed('old.title')});
        INSERT INTO title_index (rowid, text) VALUES (new.search_seq, ${indexed('new.title')});
      END;
      CREATE TRIGGER conversation_deleted AFTER DELETE ON conversations BEGIN
        INSERT INTO title_index (title_index, rowid, text)
          VALUES ('delete', old.search_seq, ${indexed('old.title')});
      END;

      CREATE TABLE indexing_paused (is_paused INTEGER NOT NULL) STRICT;
      CREATE TRIGGER message_inserted AFTER INSERT ON messages
        WHEN new.status <> 'generating' AND NOT EXISTS (SELECT 1 FROM indexing_paused) BEGIN
        INSERT INTO message_index (rowid, text) VALUES (new.seq, ${indexed('new.text')});
      END;
      CREATE TRIGGER message_ended AFTER UPDATE OF status ON messages
        WHEN old.status = 'generating' AND new.status <> 'generating' BEGIN
        INSERT INTO message_index (rowid, text) VALUES (new.seq, ${indexed('new.text')});
      END;
      CREATE TRIGGER message_resumed AFTER UPDATE OF status ON messages
        WHEN old.status <> 'generating' AND new.status = 'generating' BEGIN
        INSERT INTO message_index (message_index, rowid, text)
          VALUES ('delete', old.seq, ${indexed('old.text')});
      END;
      CREATE TRIGGER message_changed AFTER UPDATE OF text ON messages
        WHEN old.status <> 'generating' AND new.status <> 'generating' AND new.text <> old.text BEGIN
        INSERT INTO message_index (message_index, rowid, text)
          VALUES ('delete', old.seq, ${indexed('old.text')});
        INSERT INTO message_index (rowid, text) VALUES (new.seq, ${indexed('new.text')});
      END;
      CREATE TRIGGER message_deleted AFTER DELETE ON messages WHEN old.status <> 'generating' BEGIN
        INSERT INTO message_index (message_index, rowid, text)
          VALUES ('delete', old.seq, ${indexed('old.text')});
      END;

      CREATE TABLE answer_models (name TEXT NOT NULL PRIMARY KEY, answers INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      INSERT INTO answer_models SELECT model_name, count(*) FROM generations GROUP BY model_name;
      CREATE TRIGGER generation_inserted AFTER INSERT ON generations BEGIN
        INSERT INTO answer_models VALUES (new.model_name, 1) ON CONFLICT DO UPDATE SET answers = answers + 1;
      END;
      CREATE TRIGGER generation_changed AFTER UPDATE OF model_name ON generations
        WHEN new.model_name <> old.model_name BEGIN
        UPDATE answer_models SET answers = answers - 1 WHERE name = old.model_name;
        DELETE FROM answer_models WHERE name = old.model_name AND answers = 0;
        INSERT INTO answer_models VALUES (new.model_name, 1) ON CONFLICT DO UPDATE SET answers = answers + 1;
      END;
      CREATE TRIGGER generation_deleted AFTER DELETE ON generations BEGIN
        UPDATE answer_models SET answers = answers - 1 WHERE name = old.model_name;
        DELETE FROM answer_models WHERE name = old.model_name AND answers = 0;
      END;
    `);
  },
};
