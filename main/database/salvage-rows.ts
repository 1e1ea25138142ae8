import type { StoredRecord, Value } from './salvage-records.ts';

type Row = readonly Value[];
const [isText, isNumber] = [(value?: Value) => typeof value === 'string', (value?: Value) => typeof value === 'number'];
const isNullOr = (is: (value?: Value) => boolean) => (value?: Value) => value === null || is(value);
const isId = (value?: Value): boolean =>
  typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
const isFlag = (value?: Value): boolean => value === 0 || value === 1;
/** No number of a row is as high as a time in milliseconds. */
const isTime = (value?: Value): boolean => typeof value === 'number' && value > 1e11 && value < 1e14;
const isRole = (value?: Value): boolean => value === 'prompter' || value === 'assistant';

function isJson(value?: Value): boolean {
  if (typeof value !== 'string') return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

interface Shape {
  /** In the order of a stored row. Later versions of the app added columns at the end, so a row may have fewer. */
  columns: readonly string[];
  /** Whether SQLite keeps it as a table, or (WITHOUT ROWID) as an index. */
  isTable: boolean;
  /** What the first columns hold; a row has at least these. */
  first: readonly ((value?: Value) => boolean)[];
}

/**
 * The tables by what their rows look like: with the schema damaged, nothing else tells which page belongs to which. No
 * index and no other table has entries of these shapes. Everything that can be had again (hashes of files, indexes of
 * texts, counts) is left out.
 */
const shapes = {
  folders: { isTable: false, columns: ['id', 'name', 'created_at'], first: [isId, isText, isTime] },
  conversations: {
    isTable: true,
    columns: [
      ...['id', 'title', 'title_by_hand', 'created_at', 'updated_at', 'current_leaf_id', 'deleted_at'],
      ...['origin', 'preset_id', 'folder_id', 'is_pinned', 'is_archived'],
    ],
    first: [isId, isText, isFlag, isNumber, isNumber, isNullOr(isId), isNullOr(isNumber)],
  },
  messages: {
    isTable: true,
    columns: [
      ...['seq', 'id', 'conversation_id', 'parent_id', 'role', 'text', 'status', 'error_code', 'created_at'],
      ...['imported', 'rating', 'deleted_with'],
    ],
    first: [isNullOr(isNumber), isId, isId, isNullOr(isId), isRole, isText, isText, isNullOr(isText), isNumber],
  },
  generations: {
    isTable: false,
    columns: [
      ...['message_id', 'model_name', 'model_sha256', 'preset_id', 'parameters', 'seed', 'prompt_tokens'],
      ...['reused_tokens', 'reply_tokens', 'prompt_ms', 'reply_ms', 'stop_reason', 'first_visible_message_id'],
      'window_tokens',
    ],
    first: [isId, isText, isNullOr(isText), isText, isJson, isNumber],
  },
  deleted_branches: {
    isTable: false,
    columns: ['root_id', 'conversation_id', 'leaf_id', 'deleted_at'],
    first: [isId, isId, isNullOr(isId), isNumber],
  },
  queued_questions: {
    isTable: false,
    columns: ['id', 'conversation_id', 'position', 'text', 'created_at'],
    first: [isId, isId, isNumber, isText, isNumber],
  },
  edits: { isTable: false, columns: ['message_id', 'conversation_id', 'text'], first: [isId, isId, isText] },
  drafts: { isTable: true, columns: ['conversation_id', 'text'], first: [isNullOr(isId), isText] },
  settings: { isTable: false, columns: ['key', 'value'], first: [isText, isJson] },
  models: {
    isTable: false,
    columns: ['id', 'path', 'source', 'catalogue_id', 'is_managed', 'facts', 'sha256', 'verified_at', 'added_at'],
    first: [isId, isText, isText, isNullOr(isText), isFlag, isJson, isNullOr(isText), isNullOr(isNumber), isNumber],
  },
  installations: {
    isTable: false,
    columns: ['id', 'catalogue_id', 'type', 'created_at'],
    first: [isId, isText, isText, isNumber],
  },
} satisfies Record<string, Shape>;

export type SalvagedTable = keyof typeof shapes;

/** A row of a known table: its values by the names of their columns. */
export interface SalvagedRow {
  table: SalvagedTable;
  values: Record<string, Value>;
}

const known: [SalvagedTable, Shape][] = Object.entries(shapes) as [SalvagedTable, Shape][];

/** The row that a record is; null for what belongs to an index, or to a table that is not salvaged. */
export function rowOf({ rowId, values }: StoredRecord): SalvagedRow | null {
  const isTable = rowId !== null;
  const fits = (row: Row, shape: Shape): boolean =>
    shape.isTable === isTable &&
    row.length >= shape.first.length &&
    // The last columns of conversations and the like are found anew, and not read.
    row.length <= shape.columns.length + 1 &&
    shape.first.every((is, index) => is(row[index]));
  const [table, shape] = known.find(([, candidate]) => fits(values, candidate)) ?? [];
  if (table === undefined || shape === undefined) return null;
  const named = shape.columns.slice(0, values.length).map((column, index) => [column, values[index] ?? null] as const);
  const row = { table, values: Object.fromEntries(named) };
  // The number of a row stands in its key, and its column is empty.
  if (table === 'messages') row.values['seq'] = rowId;
  return row;
}
