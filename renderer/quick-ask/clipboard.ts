/** Most of the clipboard that goes along, in UTF-16 units: about a third of the model's window. */
export const longestClip = 3000;

/** The part of a clipboard text that goes along: its beginning, not ending in half a character. */
export function clipOf(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length <= longestClip) return trimmed;
  const isHalf = /[\uD800-\uDBFF]/.test(trimmed.charAt(longestClip - 1));
  return trimmed.slice(0, isHalf ? longestClip - 1 : longestClip);
}

const clipAndQuestion = /^((?:>.*\n)+)\n(.*\S[^]*)$/;

/** What was asked, taken apart again: the quoted beginning, where there is one, and the question itself. */
export function splitQuestion(text: string): { clip: string | null; question: string } {
  const [, quoted, question] = clipAndQuestion.exec(text) ?? [];
  if (quoted === undefined || question === undefined) return { clip: null, question: text };
  return { clip: quoted.replace(/^> ?/gm, '').trimEnd(), question };
}

/** Puts the clip above the question, quoted as in a letter, so that both read as what they are. */
export function questionWithClip(question: string, clip: string | null): string {
  if (clip === null) return question;
  const quoted = clip
    .split(/\r\n|\r|\n/)
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
  return `${quoted}\n\n${question}`;
}
