/**
 * Some encrypting file systems stop at 143 bytes for a name. What this leaves is for a number against collisions, the
 * extension and `.part`.
 */
const longestStemBytes = 100;

/** Names that Windows keeps for devices, whatever extension follows. */
const deviceName = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;

/** What some system forbids, or takes for something else: separators, wildcards, controls, invisible characters. */
const forbidden = /[<>:"/\\|?*\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]+/gu;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A name that every system can hold, without extension: like the title, as far as that goes. Never empty. */
export function fileStem(title: string): string {
  const plain = title.toWellFormed().normalize('NFC').replace(forbidden, ' ').replace(/\s+/gu, ' ');
  const stem = trimmed(cut(trimmed(plain)));
  if (stem === '') return 'Conversation';
  return deviceName.test(stem) ? trimmed(cut(`_${stem}`)) : stem;
}

/** Windows drops dots and spaces at the end; at the beginning a dot hides the file and a dash looks like an option. */
function trimmed(text: string): string {
  return text.replace(/^[\s.~-]+/u, '').replace(/[\s.]+$/u, '');
}

/** Cuts between characters as people see them, so that no accent or emoji is torn apart. */
function cut(text: string): string {
  let stem = '';
  let bytes = 0;
  for (const { segment } of graphemes.segment(text)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > longestStemBytes) break;
    stem += segment;
  }
  return stem;
}

/** Hands out names that differ on every system: also where capitals or the way of writing accents make no difference. */
export function createFileNames(taken: Iterable<string>) {
  const key = (name: string): string => name.normalize('NFKC').toLowerCase().normalize('NFKC');
  const keys = new Set([...taken].map(key));
  return (title: string, extension: string): string => {
    const stem = fileStem(title);
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? `${stem}.${extension}` : `${stem} (${String(number)}).${extension}`;
      if (keys.has(key(name))) continue;
      keys.add(key(name));
      return name;
    }
  };
}
