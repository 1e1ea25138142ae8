import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { turnTextsSchema, type TurnTexts } from '../../../preload/contract/library.ts';

/**
 * Finds out what a model's chat template puts around the turns. The template is a program in Jinja: it is run on a
 * conversation of known texts, taken apart at them, and what comes out is believed only if it gives the same as the
 * template for other conversations. A template may loop for ever or fill the memory, so this runs in the inspection's
 * process only, which is ended when it does.
 */

export interface ChatTemplate {
  /** `tokenizer.chat_template`. */
  template: string;
  /** Texts of the tokens that templates ask for by name; empty where the vocabulary has none. */
  bosToken: string;
  eosToken: string;
  /** Texts of the control tokens: the turns are never divided within one. */
  controls: readonly string[];
}

/** The texts, or why there are none, in a sentence. */
export type FoundTexts = { texts: TurnTexts; reason: null } | { texts: null; reason: string };

interface Message {
  role: 'user' | 'assistant';
  content: string;
}

/** The longest templates in use, with all their tools, have some 20,000 characters. */
const maxTemplateLength = 200_000;
const maxRenderedLength = 100_000;
const maxRangeLength = 10_000;
const maxQuotedLength = 160;

/** Texts that no template holds, with nothing in them that one might change. */
const marks = ['Firstquestion7391', 'Firstanswer5284', 'Secondquestion6047', 'Secondanswer8165'] as const;

/** What people write: lines, quotes, marks of templates, other scripts. A template that changes it cannot be followed. */
const proof = [
  'What is a "meme"?\n\n- one\n- two & <three>',
  "It's {{ an }} {% idea %},\n    indented; naïve café.",
  'Go on',
  '日本語 👩‍👧 text with  two spaces',
  'And #4?',
] as const;

function conversation(texts: readonly string[]): Message[] {
  return texts.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
}

class TemplateError extends Error {}

function range(...bounds: number[]): number[] {
  const [start = 0, stop = 0, step = 1] = bounds.length === 1 ? [0, ...bounds] : bounds;
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!(length <= maxRangeLength)) throw new TemplateError('counts further than a conversation needs');
  return Array.from({ length }, (_value, index) => start + index * step);
}

/**
 * What transformers gives to every template, but for `strftime_now`: the texts are kept for good, so a date in them
 * would soon be a wrong one. Templates that ask for it have a way to do without.
 */
const globals = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
  range,
  raise_exception(message: unknown): never {
    throw new Error(String(message));
  },
};

function createRenderer({ template, bosToken, eosToken }: Omit<ChatTemplate, 'controls'>) {
  if (template.length > maxTemplateLength) throw new TemplateError('is too long to be one');
  // As transformers reads templates: a line with nothing but a statement on it leaves nothing behind.
  const program = parse(tokenize(template, { trim_blocks: true, lstrip_blocks: true }));
  return (texts: readonly string[], addGenerationPrompt: boolean): string => {
    const variables = {
      ...globals,
      messages: conversation(texts),
      add_generation_prompt: addGenerationPrompt,
      bos_token: bosToken,
      eos_token: eosToken,
      tools: null,
      documents: null,
    };
    const environment = new Environment();
    for (const [name, value] of Object.entries(variables)) environment.set(name, value);
    const rendered: unknown = new Interpreter(environment).run(program).value;
    if (typeof rendered !== 'string' || rendered.length > maxRenderedLength) {
      throw new TemplateError('makes far more text than a conversation needs');
    }
    return rendered;
  };
}

type Render = ReturnType<typeof createRenderer>;

/** What stands before, between and behind the texts; null unless each occurs once, in order. */
function between(rendered: string, texts: readonly string[]): string[] | null {
  const pieces: string[] = [];
  let rest = rendered;
  for (const text of texts) {
    const [before, ...after] = rest.split(text);
    if (before === undefined || after.length !== 1) return null;
    pieces.push(before);
    rest = after.join('');
  }
  return [...pieces, rest];
}

/** The end of a rendering without the opening of an answer: what the template puts behind its last text. */
function tailOf(render: Render, texts: readonly string[]): string | null {
  try {
    return between(render(texts, false), texts)?.at(-1) ?? null;
  } catch {
    return null;
  }
}

/** Whether a place in a text is within a control token. */
function isWithin(controls: readonly string[], text: string, place: number): boolean {
  return controls.some((control) => {
    const at = text.lastIndexOf(control, place - 1);
    return at !== -1 && at + control.length > place;
  });
}

/** The longest end that two texts share and that begins within no control token. */
function commonSuffix(left: string, right: string, controls: readonly string[]): string {
  const longest = Math.min(left.length, right.length);
  let shared = 0;
  while (shared < longest && left.at(-1 - shared) === right.at(-1 - shared)) shared += 1;
  const isCut = (text: string): boolean => isWithin(controls, text, text.length - shared);
  while (shared > 0 && (isCut(left) || isCut(right))) shared -= 1;
  return left.slice(left.length - shared);
}

/** Takes one of the ends from the front of what stands between two turns; null when none of them is there. */
function cutEnd(whole: string, ends: readonly string[], fits: (rest: string) => boolean): [string, string] | null {
  const end = ends.find((each) => whole.startsWith(each) && fits(whole.slice(each.length)));
  return end === undefined ? null : [end, whole.slice(end.length)];
}

function takeApart(render: Render, { eosToken, controls }: ChatTemplate): TurnTexts {
  const pieces = between(render(marks.slice(0, 3), true), marks.slice(0, 3));
  const [first, toAnswer, toQuestion, opening] = pieces ?? [];
  if (first === undefined || toAnswer === undefined || toQuestion === undefined || opening === undefined) {
    throw new TemplateError('leaves out or repeats what is said');
  }
  // Many open an answer without the space that stands before a finished one; the prompt does the same (see `frame.ts`).
  if (toAnswer !== opening && toAnswer !== `${opening} `) {
    throw new TemplateError('opens a new answer in another way than it shows earlier ones');
  }
  /** What the template puts behind the last text, less the end that some put behind every conversation. */
  const endsAfter = (count: number): string[] => {
    const end = tailOf(render, marks.slice(0, count));
    if (end === null) return [];
    return eosToken !== '' && end.endsWith(eosToken) ? [end, end.slice(0, -eosToken.length)] : [end];
  };
  const [afterQuestion, beforeAnswer] = cutEnd(toAnswer, endsAfter(1), (rest) => rest !== '') ?? ['', toAnswer];
  const shared = commonSuffix(first, toQuestion, controls);
  const [afterAnswer, beforeQuestion] = cutEnd(
    toQuestion,
    endsAfter(2),
    (rest) => rest !== '' && first.endsWith(rest),
  ) ?? [toQuestion.slice(0, toQuestion.length - shared.length), shared];
  const start = first.slice(0, first.length - beforeQuestion.length);
  return { start, beforeQuestion, afterQuestion, beforeAnswer, afterAnswer };
}

/** A conversation in the texts found, up to its last text. */
function built(texts: TurnTexts, conversationTexts: readonly string[]): string {
  const turns = conversationTexts.map((text, index) => {
    const isLast = index === conversationTexts.length - 1;
    return index % 2 === 0
      ? texts.beforeQuestion + text + (isLast ? '' : texts.afterQuestion)
      : texts.beforeAnswer + text + (isLast ? '' : texts.afterAnswer);
  });
  return texts.start + turns.join('');
}

/** Compares with the template itself, for conversations of one to five other texts. */
function prove(render: Render, texts: TurnTexts): void {
  for (let count = 1; count <= proof.length; count += 1) {
    const said = proof.slice(0, count);
    const upToLast = built(texts, said);
    const isQuestion = count % 2 === 1;
    const rendered = render(said, isQuestion);
    const opening = texts.afterQuestion + texts.beforeAnswer;
    const isSame = isQuestion
      ? [opening, opening.replace(/ $/, '')].some((end) => rendered === upToLast + end)
      : rendered.startsWith(upToLast);
    if (!isSame) throw new TemplateError('changes what is said, or shows it differently from turn to turn');
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof TemplateError) return `Its chat template cannot be followed: it ${error.message}.`;
  const message = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').trim();
  const quoted = message.length > maxQuotedLength ? `${message.slice(0, maxQuotedLength)}…` : message;
  return `Its chat template cannot be followed: it stops with “${quoted}”.`;
}

/** Derives what stands around the turns from a chat template. */
export function findTurnTexts(source: ChatTemplate): FoundTexts {
  try {
    const render = createRenderer(source);
    const texts = takeApart(render, source);
    prove(render, texts);
    if (!turnTextsSchema.safeParse(texts).success) throw new TemplateError('puts far too much around the turns');
    return { texts, reason: null };
  } catch (error) {
    return { texts: null, reason: reasonOf(error) };
  }
}
