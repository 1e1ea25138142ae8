/**
 * Reads and validates the guide's data: the Markdown files in `data/`.
 *
 * The grammar, line by line (everything before the first `## ` is a note to the reader):
 *
 *     ## intent-id              starts an intent, or adds to it
 *     ? a phrasing              one way to ask; `?!` pins it to the training split
 *     = an answer               runs on until the next line that starts with a mark of this grammar;
 *                               {{name}} is a fact of the app, see facts.ts
 *     + a follow-up             a question that needs the turn before it; `+!` pins it
 *     -> other-intent           the follow-up's answer is that intent's answer
 *     ~ list: one, two, three   words for {list} in this file's phrasings (off-topic only)
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillFacts } from './facts.ts';

export const OFF_TOPIC = 'off-topic';
export const DATA_DIRECTORY = join(import.meta.dirname, 'data');

/** A question, and whether it may only be trained on (`pinned`) or also be held out. */
export interface Phrasing {
  text: string;
  pinned: boolean;
}

/** Questions that share their answers: an intent, or one follow-up of an intent (`parent`). */
export interface Group {
  id: string;
  parent?: string;
  phrasings: Phrasing[];
  answers: string[];
  /** Of the data, without its ending. */
  file?: string;
  /** The intent whose answers a follow-up takes over. */
  answerFrom?: string;
}

export interface Dataset {
  groups: Group[];
  /** Off-topic questions with `{list}` places, and the words that go there. */
  templates: string[];
  lists: Map<string, string[]>;
}

export interface Split {
  train: string[];
  heldOut: string[];
}

/** How many phrasings each kind of group has at least. */
const FLOORS = { intent: 15, followUp: 8, offTopic: 600 };
const MARK = /^(## |\?!? |= |\+!? |-> |~ )/;

/** FNV-1a: the fixed hash that decides which phrasings are held out. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

/** Every fifth phrasing of a group (rounded up), by hash order, is held out of training. */
export function split(group: Group): Split {
  const free = group.phrasings.filter((p) => !p.pinned).map((p) => p.text);
  const byHash = [...free].sort((a, b) => hash(a) - hash(b) || (a < b ? -1 : 1));
  const heldOut = byHash.slice(0, Math.ceil(group.phrasings.length / 5));
  return { train: group.phrasings.map((p) => p.text).filter((t) => !heldOut.includes(t)), heldOut };
}

/** Lower case, without punctuation at the ends: two phrasings equal in this are the same question. */
export function normalize(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}+/<>|%'’-]+/gu, ' ')
    .trim();
}

/** The text of one file, cut into its marked items; an unmarked line continues an answer. */
function* items(source: string): Generator<[mark: string, text: string]> {
  let current: [string, string] | undefined;
  for (const line of source.split('\n')) {
    const mark = MARK.exec(line)?.[1];
    if (mark !== undefined) {
      if (current) yield current;
      current = [mark.trim(), line.slice(mark.length)];
    } else if (current) {
      current[1] += `\n${line}`;
    }
  }
  if (current) yield current;
}

function parseFile(name: string, source: string, data: Dataset): void {
  const { groups } = data;
  const file = name.replace(/\.md$/, '');
  const before = groups.length;
  let intent: Group | undefined;
  let followUp: Group | undefined;
  const fail = (problem: string): never => {
    throw new Error(`${name}: ${problem}`);
  };
  for (const [mark, raw] of items(source)) {
    const text = raw.trim();
    if (mark === '##') {
      intent = groups.find((g, index) => g.id === text && (index >= before || text === OFF_TOPIC));
      if (!intent) groups.push((intent = { id: text, file, phrasings: [], answers: [] }));
      followUp = undefined;
      continue;
    }
    if (!intent) return fail(`"${text}" comes before the first intent`);
    if (mark === '~') {
      const [list, words] = text.split(/:\s*(.*)/s);
      data.lists.set(list ?? '', [...(data.lists.get(list ?? '') ?? []), ...(words ?? '').split(/,\s+/)]);
    } else if (mark.startsWith('?')) {
      if (text.includes('{')) data.templates.push(text);
      else intent.phrasings.push({ text, pinned: mark === '?!' });
    } else if (mark.startsWith('+')) {
      if (!followUp || followUp.answers.length > 0 || followUp.answerFrom !== undefined) {
        const count = groups.filter((g) => g.parent === intent?.id).length;
        followUp = { id: `${intent.id}/${count + 1}`, parent: intent.id, file, phrasings: [], answers: [] };
        groups.push(followUp);
      }
      followUp.phrasings.push({ text, pinned: mark === '+!' });
    } else if (mark === '=') {
      (followUp ?? intent).answers.push(fillFacts(text));
    } else {
      if (!followUp) return fail(`"-> ${text}" belongs to a follow-up`);
      followUp.answerFrom = text;
    }
  }
}

/** Parses all files of a directory, in the order of their names. */
export function readDataset(directory: string = DATA_DIRECTORY): Dataset {
  const data: Dataset = { groups: [], templates: [], lists: new Map() };
  for (const name of readdirSync(directory).sort()) {
    if (name.endsWith('.md')) parseFile(name, readFileSync(join(directory, name), 'utf8'), data);
  }
  for (const group of data.groups) {
    if (group.answerFrom !== undefined)
      group.answers = data.groups.find((g) => g.id === group.answerFrom)?.answers ?? [];
  }
  return data;
}

/** What is wrong with an answer's wording, by the house style. */
function answerProblems(answer: string): string[] {
  const problems: string[] = [];
  const quoted = /```[\s\S]*?```|`[^`]*`|[^.\n"]*\?/g;
  const prose = answer.replace(quoted, '');
  for (const [, name] of answer.matchAll(/\{\{([^}]*)\}\}/g)) problems.push(`no fact is called "${name ?? ''}"`);
  if (answer.length < 20) problems.push('an answer is too short');
  if (answer.length > 700) problems.push(`an answer is too long: "${answer.slice(0, 40)}"`);
  if (prose.includes('!')) problems.push(`an exclamation mark in "${answer.slice(0, 40)}"`);
  if (/\b(we|our|us|I|I'm|my)\b/.test(prose)) problems.push(`a person speaks in "${answer.slice(0, 40)}"`);
  return problems;
}

/** How many phrasings a group must have. */
function floorOf({ id, parent }: Group): number {
  if (id === OFF_TOPIC) return FLOORS.offTopic;
  return parent === undefined ? FLOORS.intent : FLOORS.followUp;
}

/** Everything that is wrong with the groups, in words; empty when they may be trained on. */
export function validate(data: Dataset): string[] {
  const problems: string[] = [];
  const asked = new Map<string, string>();
  const ids = new Set<string>();
  for (const group of data.groups) {
    const say = (problem: string): number => problems.push(`${group.id}: ${problem}`);
    if (ids.has(group.id)) say('the id is taken');
    ids.add(group.id);
    const floor = floorOf(group);
    if (group.phrasings.length < floor) say(`${group.phrasings.length} of at least ${floor} phrasings`);
    if (group.answers.length === 0)
      say(`no answer${group.answerFrom === undefined ? '' : ` from "${group.answerFrom}"`}`);
    if (group.answerFrom === undefined) for (const answer of group.answers) answerProblems(answer).forEach(say);
    for (const { text } of group.phrasings) {
      const key = `${group.parent ?? ''}\n${normalize(text)}`;
      const other = asked.get(key);
      if (other !== undefined) say(`"${text}" is already in ${other}`);
      asked.set(key, group.id);
    }
  }
  for (const template of data.templates) {
    for (const [, list] of template.matchAll(/\{(\w+)\}/g)) {
      if (!data.lists.has(list ?? '')) problems.push(`"${template}": no list "${list ?? ''}"`);
    }
  }
  return problems;
}

/** The intents: what is asked outright and is not off-topic. */
export function intentsOf(data: Dataset): Group[] {
  return data.groups.filter((g) => g.parent === undefined && g.id !== OFF_TOPIC);
}

/**
 * The topic of each answer, in order: what the guide writes, unseen, before it writes that answer. It is named after the
 * first group that has the answer, `:2` and so on where a group has several.
 */
export function topicsOf(data: Dataset): Map<string, string> {
  const topics = new Map<string, string>();
  for (const { id, answers } of data.groups) {
    for (const [index, answer] of answers.entries()) {
      if (!topics.has(answer)) topics.set(answer, index === 0 ? id : `${id}:${index + 1}`);
    }
  }
  return topics;
}
