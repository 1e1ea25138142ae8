/** Variants of a question as people type it: other case, missing marks, typing errors, politeness, synonyms. */
import type { Dataset } from './dataset.ts';

/** A small deterministic generator of random numbers (mulberry32). */
export class Random {
  private state: number;
  constructor(seed: number) {
    this.state = seed;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[Math.floor(this.next() * values.length)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  }
}

/**
 * Words that may stand for each other in every question. What has a sense of its own in the app is left out: "thread",
 * "device", "trash", "memory", "quick".
 */
const SYNONYMS: readonly (readonly string[])[] = [
  ['conversation', 'chat', 'discussion', 'dialogue'],
  ['conversations', 'chats', 'discussions'],
  ['delete', 'remove', 'erase', 'get rid of', 'throw away'],
  ['deleted', 'removed', 'erased'],
  ['app', 'program', 'application', 'software'],
  ['answer', 'reply', 'response'],
  ['answers', 'replies', 'responses'],
  ['shortcut', 'keyboard shortcut', 'hotkey', 'key combination'],
  ['shortcuts', 'keyboard shortcuts', 'hotkeys', 'key bindings'],
  ['computer', 'machine', 'pc', 'laptop'],
  ['picture', 'image', 'photo'],
  ['pictures', 'images', 'photos'],
  ['show', 'display', 'see'],
  ['big', 'large', 'huge'],
  ['bigger', 'larger'],
  ['small', 'tiny', 'little'],
  ['faster', 'quicker'],
  ['change', 'modify', 'alter'],
  ['choose', 'select', 'pick'],
  ['stored', 'saved', 'kept', 'located'],
  ['save', 'store', 'keep'],
  ['start', 'begin'],
  ['stop', 'cancel', 'halt', 'interrupt', 'abort'],
  ['regenerate', 'retry', 'redo', 'try again'],
  ['undo', 'revert', 'take back'],
  ['restore', 'recover', 'bring back', 'get back'],
  ['find', 'look for', 'search for'],
  ['send', 'submit'],
  ['hide', 'collapse'],
  ['fix', 'repair'],
  ['folder', 'directory'],
  ['color', 'colour'],
  ['colors', 'colours'],
  ['settings', 'options', 'preferences'],
  ['licence', 'license'],
  ['people', 'humans', 'persons'],
  ['terminal', 'command line', 'shell', 'console'],
  ['wrong', 'incorrect', 'false'],
  ['possible', 'supported', 'available'],
  ['need', 'require'],
  ['voice', 'speech'],
  ['explain', 'describe', 'define'],
  ['meaning', 'definition', 'explanation'],
  ['how do i', 'how can i', 'how to', 'how would i', 'how does one', 'how do you', 'what is the way to', 'i want to'],
  ["what's", 'what is', 'whats', 'what’s'],
  ['what is', "what's", 'whats', 'what does it mean:', 'explain', 'tell me about'],
  ['can i', 'could i', 'may i', 'is it possible to', 'am i able to'],
  ['can you', 'could you', 'are you able to', 'do you'],
  ['where are', 'where do i find'],
  ["doesn't", 'does not', 'doesnt'],
  ["don't", 'do not', 'dont'],
  ["isn't", 'is not', 'isnt'],
  ["can't", 'cannot', 'cant', 'can not'],
];
const REWORDINGS = SYNONYMS.flatMap((set) =>
  set.map((word) => ({ pattern: new RegExp(`(^|[^\\w-])${word}(?![\\w-])`, 'i'), set })),
);
const BEFORE = [
  'please',
  'hi,',
  'hello,',
  'hey,',
  'hey guide,',
  'ok,',
  'ok so',
  'so',
  'and',
  'tell me:',
  'quick question:',
  'question:',
  'i want to know',
  'can you tell me',
  'could you tell me',
  'do you know',
  'sorry,',
  'thanks.',
  'um',
  'one more thing:',
];
const AFTER = ['please', 'thanks', 'pls', 'exactly', 'then', 'thank you', 'in short', 'actually', '??', '...'];

/** One typing error in one longer word: letters swapped, dropped or doubled. */
function mistype(text: string, random: Random): string {
  const words = text.split(' ');
  const long = words.flatMap((word, index) => (/^[A-Za-z]{4,}/.test(word) ? [index] : []));
  if (long.length === 0) return text;
  const index = random.pick(long);
  const word = words[index] ?? '';
  const at = 1 + Math.floor(random.next() * (word.length - 2));
  const kinds = [
    word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2),
    word.slice(0, at) + word.slice(at + 1),
    word.slice(0, at) + word.charAt(at) + word.slice(at),
  ];
  words[index] = random.pick(kinds);
  return words.join(' ');
}

/** One group of synonyms replaced, where the text has any. */
function reword(text: string, random: Random): string {
  const found = REWORDINGS.filter(({ pattern }) => pattern.test(text));
  if (found.length === 0) return text;
  const { pattern, set } = random.pick(found);
  return text.replace(pattern, `$1${random.pick(set)}`);
}

/** As typed in haste: some of the little words left out, now and then in another order. */
function shorten(text: string, random: Random): string {
  const words = text.replace(/[?.,]/g, '').split(' ');
  const kept = words.filter((word) => !COMMON.has(word.toLowerCase()) || random.chance(0.4));
  if (kept.length > 2 && random.chance(0.25))
    kept.push(...kept.splice(0, 1 + Math.floor(random.next() * (kept.length - 1))));
  return kept.length === 0 ? text : kept.join(' ');
}

/** A question said a little differently. */
function vary(text: string, random: Random): string {
  let out = random.chance(0.2) ? shorten(text, random) : text;
  if (random.chance(0.5)) out = reword(out, random);
  if (random.chance(0.35)) out = reword(out, random);
  if (random.chance(0.25)) out = `${random.pick(BEFORE)} ${out.charAt(0).toLowerCase()}${out.slice(1)}`;
  if (random.chance(0.12)) out = `${out.replace(/[?.]$/, '')} ${random.pick(AFTER)}`;
  if (random.chance(0.3)) out = out.replace(/[?.]$/, '');
  else if (random.chance(0.15) && /\w$/.test(out)) out += '?';
  if (random.chance(0.22)) out = mistype(out, random);
  if (random.chance(0.4)) out = out.toLowerCase();
  else if (random.chance(0.3)) out = out.charAt(0).toUpperCase() + out.slice(1);
  else if (random.chance(0.04)) out = out.toUpperCase();
  return out;
}

/** The question itself and up to `count` distinct variants. */
export function variants(text: string, count: number, random: Random): string[] {
  const out = new Set([text]);
  for (let i = 0; i < count; i++) out.add(vary(text, random));
  return [...out];
}

/** An off-topic question made from a template and its word lists. */
export function fill(template: string, data: Dataset, random: Random): string {
  return template.replace(/\{(\w+)\}/g, (_, list: string) => random.pick(data.lists.get(list) ?? []));
}

const COMMON = new Set(
  `a an the is are was were be been am do does did can could will would should may might must have has had i me my mine you your it its
  this that these those there here what whats what's which who whom whose where when why how and or but not no if so to of in on at by for
  from with about as into than then too very much many more most any some all get make tell know say want need use give go let just only
  please explain mean means work works happen happens show find see look`.split(/\s+/),
);

/**
 * A question with every telling word replaced by one from elsewhere, but for the `kept`th: it looks like something the
 * guide knows and is not. Undefined where the question has no word to replace.
 */
export function estrange(text: string, words: readonly string[], random: Random, kept = -1): string | undefined {
  let telling = 0;
  let replaced = 0;
  const out = text.replace(/[A-Za-z][\w'’+-]*/g, (word) => {
    if (COMMON.has(word.toLowerCase())) return word;
    if (telling++ === kept) return word;
    replaced++;
    return random.pick(words);
  });
  return replaced === 0 ? undefined : out;
}
