/**
 * Characters that draw nothing but change how text around them is read: direction overrides, zero-width spaces, tags,
 * control codes. A model can emit them and a pasted text can carry them, so they are shown by their code point.
 */
const invisible =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** Joiners are part of the spelling of emoji and of several scripts; between such characters they stay. */
const joins =
  /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\p{M}\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Kannada}\p{Script=Tamil}\p{Script=Telugu}]$/u;

function codePointLabel(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `⟦U+${code.toString(16).toUpperCase().padStart(4, '0')}⟧`;
}

/** The same text with invisible control characters written out, e.g. `⟦U+202E⟧`. Lines and tabs stay as they are. */
export function showControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(invisible, (character, offset: number, whole: string) => {
    const isJoiner = character === '\u200c' || character === '\u200d';
    // Four UTF-16 units hold any one character before the joiner with its modifier.
    if (isJoiner && joins.test(whole.slice(Math.max(0, offset - 4), offset))) return character;
    return codePointLabel(character);
  });
}
