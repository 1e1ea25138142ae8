import type Database from 'better-sqlite3';
import { AppError } from '../../../preload/contract/errors.ts';
import { withoutPageLinks } from '../../../preload/contract/page-link-text.ts';
import type { SearchHit, SearchInput, SearchPage } from '../../../preload/contract/search.ts';
import { foldText } from '../folded-text.ts';
import { parseQuery, type SearchTerm } from '../search-query.ts';
import { snippetOf } from '../snippet.ts';
import { statement } from '../statements.ts';
import { candidatesOf, type Candidate, type Searched } from './search-candidates.ts';

/**
 * After so many rows, or so many UTF-16 units of text, a call ends and says where the next one goes on: whatever waits
 * for the database meanwhile, such as an answer that is to be saved, waits for milliseconds.
 */
const maxRows = 1_000;
const maxUnits = 500_000;

/** Where a page begins: at the newest row numbered below `before`. */
interface Place {
  searched: Searched;
  before: number;
}

const newest = Number.MAX_SAFE_INTEGER;

/**
 * A page of the titles and messages that hold all terms of the query, titles first, each newest first.
 * @throws AppError `invalid-input` for a cursor that is none
 */
export function findText(db: Database.Database, { query, filters, cursor, limit }: SearchInput): SearchPage {
  const terms = parseQuery(query);
  const place = readCursor(cursor);
  const hits: SearchHit[] = [];
  if (terms.length === 0) return { hits, next: null };
  const isOfModel = modelFilter(db, filters.modelName);

  /** Adds what is found below `before` and gives the row to go on from, or null at the end. */
  const collect = (searched: Searched, before: number): number | null => {
    let rows = 0;
    let units = 0;
    for (const candidate of candidatesOf(db, searched, terms, filters, before)) {
      if (holds(candidate.text, terms) && isOfModel(candidate)) hits.push(toHit(candidate, candidate.text, terms));
      rows += 1;
      units += candidate.text?.length ?? 0;
      if (hits.length === limit || rows === maxRows || units >= maxUnits) return candidate.seq;
    }
    return null;
  };

  // No title is rated.
  if (place.searched === 'titles' && filters.isRated !== true) {
    const next = collect('titles', place.before);
    if (next !== null) return { hits, next: cursorOf({ searched: 'titles', before: next }) };
  }
  const next = collect('messages', place.searched === 'messages' ? place.before : newest);
  return { hits, next: next === null ? null : cursorOf({ searched: 'messages', before: next }) };
}

/** Names of all models that wrote an answer. */
export function listAnswerModels(db: Database.Database): string[] {
  const rows = statement<[], { name: string }>(db, 'SELECT name FROM answer_models ORDER BY name').all();
  return rows.map(({ name }) => name);
}

function holds(text: string | null, terms: readonly SearchTerm[]): text is string {
  if (text === null) return false;
  const folded = foldText(text);
  return terms.every((term) => folded.includes(term.folded));
}

/** Whether an answer is of this model; or, for all else, whether its conversation has such an answer. */
function modelFilter(db: Database.Database, modelName: string | undefined): (candidate: Candidate) => boolean {
  if (modelName === undefined) return () => true;
  const answerSql = 'SELECT 1 FROM generations WHERE message_id = ? AND model_name = ?';
  const conversationSql = `SELECT 1 FROM messages AS m CROSS JOIN generations AS g ON g.message_id = m.id
    WHERE m.conversation_id = ? AND m.deleted_with IS NULL AND g.model_name = ? LIMIT 1`;
  const known = new Map<string, boolean>();
  return ({ conversationId, messageId, role }) => {
    const [sql, id] =
      role === 'assistant' && messageId !== null ? [answerSql, messageId] : [conversationSql, conversationId];
    let isOfModel = known.get(id);
    if (isOfModel === undefined) {
      isOfModel = statement<[string, string]>(db, sql).get(id, modelName) !== undefined;
      known.set(id, isOfModel);
    }
    return isOfModel;
  };
}

function toHit(candidate: Candidate, text: string, terms: readonly SearchTerm[]): SearchHit {
  const { conversationId, title, origin, isArchived, messageId, role, at } = candidate;
  // Words that stand in an address only are shown where they stand.
  const readable = withoutPageLinks(text);
  const snippet = snippetOf(holds(readable, terms) ? readable : text, terms);
  return { conversationId, title, origin, isArchived: isArchived === 1, messageId, role, at, snippet };
}

function cursorOf({ searched, before }: Place): string {
  return `${searched}:${String(before)}`;
}

function readCursor(cursor: string | null): Place {
  if (cursor === null) return { searched: 'titles', before: newest };
  const [, searched, digits] = /^(titles|messages):(\d{1,16})$/.exec(cursor) ?? [];
  const before = Number(digits);
  if (searched === undefined || !Number.isSafeInteger(before)) {
    throw new AppError('invalid-input', 'The search cannot go on from there. Search again.');
  }
  return { searched: searched === 'titles' ? 'titles' : 'messages', before };
}
