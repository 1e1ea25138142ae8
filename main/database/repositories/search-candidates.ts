import type Database from 'better-sqlite3';
import type { ConversationOrigin, MessageRole } from '../../../preload/contract/conversations.ts';
import type { SearchFilters } from '../../../preload/contract/search.ts';
import { matchOf, trigramsOf, type SearchTerm } from '../search-query.ts';
import { statement } from '../statements.ts';

/** So few rows are looked at one by one instead of asking the index. */
const fewRows = 2_000;
/** What occurs more often than this, in all rows together, is soon met among the newest. */
const fewOccurrences = 10_000;
/** So many trigrams of a query are looked up to find the rarest, and so many of the rarest are asked for together. */
const probedTrigrams = 12;
const askedTrigrams = 3;
/** The further back the n-th newest row with a trigram lies, the rarer the trigram is. */
const probeDepth = 32;
/** So many short terms are looked up until one of them is rare. */
const probedShortTerms = 3;

/** What is searched. Both have an index, and rows that are numbered in the order they came. */
export type Searched = 'titles' | 'messages';

/** A row that may match. Its text is null where a filter leaves the row out. */
export interface Candidate {
  seq: number;
  conversationId: string;
  title: string;
  origin: ConversationOrigin;
  isArchived: 0 | 1;
  messageId: string | null;
  role: MessageRole | null;
  at: number;
  text: string | null;
}

interface Place {
  index: string;
  trigrams: string;
  /** Rows, with their conversation as `c`. */
  rows: string;
  seq: string;
  text: string;
  columns: string;
  conditions(filters: SearchFilters): string[];
}

const places: Record<Searched, Place> = {
  titles: {
    index: 'title_index',
    trigrams: 'title_trigrams',
    rows: 'conversations AS c',
    seq: 'c.search_seq',
    text: 'c.title',
    columns: 'NULL AS messageId, NULL AS role, c.updated_at AS at',
    conditions: (filters) => [...conversationConditions(filters), ...timeConditions('c.updated_at', filters)],
  },
  messages: {
    index: 'message_index',
    trigrams: 'message_trigrams',
    rows: 'messages AS m CROSS JOIN conversations AS c ON c.id = m.conversation_id',
    seq: 'm.seq',
    text: 'm.text',
    columns: 'm.id AS messageId, m.role, m.created_at AS at',
    conditions: (filters) => [
      `m.status <> 'generating'`,
      'm.deleted_with IS NULL',
      ...conversationConditions(filters),
      ...timeConditions('m.created_at', filters),
      ...(filters.isRated === undefined ? [] : [`m.rating IS ${filters.isRated ? 'NOT NULL' : 'NULL'}`]),
    ],
  },
};

function conversationConditions(filters: SearchFilters): string[] {
  const conditions = ['c.deleted_at IS NULL'];
  if (filters.isPinned !== undefined) conditions.push(`c.is_pinned = ${filters.isPinned ? '1' : '0'}`);
  if (filters.isArchived !== undefined) conditions.push(`c.is_archived = ${filters.isArchived ? '1' : '0'}`);
  if (filters.origin !== undefined) conditions.push('c.origin = @origin');
  if (filters.folderId !== undefined) conditions.push('c.folder_id = @folderId');
  return conditions;
}

function timeConditions(column: string, filters: SearchFilters): string[] {
  const conditions: string[] = [];
  if (filters.fromMs !== undefined) conditions.push(`${column} >= @fromMs`);
  if (filters.untilMs !== undefined) conditions.push(`${column} <= @untilMs`);
  return conditions;
}

/**
 * All rows numbered below `before` that may hold the terms, the newest first, one by one: every match is among them, and
 * whoever asks compares the texts. A filter by model is theirs as well.
 */
export function candidatesOf(
  db: Database.Database,
  searched: Searched,
  terms: readonly SearchTerm[],
  filters: SearchFilters,
  before: number,
): IterableIterator<Candidate> {
  const { index, rows, seq, text, columns, conditions } = places[searched];
  // A filter decides about the text and not about the row, so that no single step passes over many rows.
  const select = `SELECT ${seq} AS seq, c.id AS conversationId, c.title, c.origin, c.is_archived AS isArchived, ${columns},
      iif(${conditions(filters).join(' AND ')}, ${text}, NULL) AS text`;
  const prepare = (sql: string): Database.Statement<[object], Candidate> =>
    statement<[object], Candidate>(db, `${select} ${sql}`);

  const few = fewOf(db, searched, terms, filters);
  if (few !== null) return inTurn(few, before, filters, prepare(`FROM ${rows} WHERE ${seq} = @seq`));
  const trigrams = [...new Set(terms.flatMap(trigramsOf))];
  if (trigrams.length === 0) {
    return prepare(`FROM ${rows} WHERE ${seq} < @before ORDER BY ${seq} DESC`).iterate({ ...filters, before });
  }
  const sql = `FROM ${index} CROSS JOIN ${rows}
    WHERE ${index} MATCH @match AND ${index}.rowid < @before AND ${seq} = ${index}.rowid ORDER BY ${index}.rowid DESC`;
  return prepare(sql).iterate({ ...filters, before, match: matchOf(rarestOf(db, index, trigrams)) });
}

function* inTurn(
  seqs: readonly number[],
  before: number,
  filters: SearchFilters,
  find: Database.Statement<[object], Candidate>,
): Generator<Candidate> {
  for (const seq of seqs.filter((each) => each < before).sort((left, right) => right - left)) {
    const candidate = find.get({ ...filters, seq });
    if (candidate !== undefined) yield candidate;
  }
}

/** The rows to look at, in any order, where the filters or the index say that they are few; otherwise null. */
function fewOf(
  db: Database.Database,
  searched: Searched,
  terms: readonly SearchTerm[],
  filters: SearchFilters,
): number[] | null {
  const filtered = searched === 'messages' ? fewMessages(db, filters) : null;
  if (filtered !== null || terms.some((term) => trigramsOf(term).length > 0)) return filtered;
  // A shorter term has no trigram of its own, but every occurrence of it begins one.
  const sql = `SELECT doc FROM ${places[searched].trigrams} WHERE term >= ? AND term < ? LIMIT ?`;
  const occurrences = statement<[string, string, number], { doc: number }>(db, sql);
  const longestFirst = terms.toSorted((left, right) => right.folded.length - left.folded.length);
  for (const { folded } of longestFirst.slice(0, probedShortTerms)) {
    const found = occurrences.all(folded, `${folded}\u{10ffff}`, fewOccurrences + 1);
    if (found.length <= fewOccurrences) return [...new Set(found.map(({ doc }) => doc))];
  }
  return null;
}

/** All messages that pass the filters, and perhaps more, where a filter leaves only few; otherwise null. */
function fewMessages(db: Database.Database, filters: SearchFilters): number[] | null {
  const { isPinned, isArchived, isRated, origin, folderId, fromMs, untilMs } = filters;
  const sources: string[] = [];
  if (isRated === true) sources.push('messages AS m WHERE m.rating IS NOT NULL');
  if (isPinned === true || isArchived === true || origin !== undefined || folderId !== undefined) {
    sources.push(`conversations AS c CROSS JOIN messages AS m ON m.conversation_id = c.id
      WHERE ${conversationConditions(filters).join(' AND ')}`);
  }
  if (fromMs !== undefined || untilMs !== undefined) {
    sources.push(`messages AS m WHERE ${timeConditions('m.created_at', filters).join(' AND ')}`);
  }
  for (const source of sources) {
    const sql = `SELECT m.seq FROM ${source} LIMIT ${String(fewRows + 1)}`;
    const rows = statement<[object], { seq: number }>(db, sql).all(filters);
    if (rows.length <= fewRows) return rows.map(({ seq }) => seq);
  }
  return null;
}

/** The trigrams in the fewest rows: each further one makes a query slower, and these leave out most rows already. */
function rarestOf(db: Database.Database, index: string, trigrams: readonly string[]): string[] {
  const step = Math.ceil(trigrams.length / probedTrigrams);
  const probed = trigrams.filter((_trigram, place) => place % step === 0);
  if (probed.length <= askedTrigrams) return probed;
  const sql = `SELECT rowid AS seq FROM ${index} WHERE ${index} MATCH ? ORDER BY rowid DESC
    LIMIT 1 OFFSET ${String(probeDepth - 1)}`;
  const probe = statement<[string], { seq: number }>(db, sql);
  const reaches: { trigram: string; seq: number }[] = [];
  for (const trigram of probed) {
    const seq = probe.get(matchOf([trigram]))?.seq;
    // It is in so few rows that no other one is needed.
    if (seq === undefined) return [trigram];
    reaches.push({ trigram, seq });
  }
  reaches.sort((left, right) => left.seq - right.seq);
  return reaches.slice(0, askedTrigrams).map(({ trigram }) => trigram);
}
