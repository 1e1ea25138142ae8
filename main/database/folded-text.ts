/**
 * Text without case and without the accents of Latin letters, folded as the trigram tokenizer of SQLite does it, so
 * that what the index finds and what is compared with the text are the same.
 */

/** Stands for a character that has nothing left. */
const dropped = 0;
const blockLength = 256;

/** What each UTF-16 unit becomes, filled in block by block as texts need it: most texts need two or three. */
const table = new Uint16Array(2 ** 16);
const knownBlocks = new Uint8Array(2 ** 16 / blockLength);

function foldUnit(unit: number): number {
  const character = String.fromCharCode(unit);
  // A phrase goes on over the end of a line.
  if (character === '\n') return 0x20;
  if (isLatinMark(character)) return dropped;
  const [base = '', ...marks] = character.normalize('NFD');
  const plain =
    marks.length > 0 && /[a-z]/i.test(base) && marks.every((mark) => /\p{Mn}/u.test(mark)) ? base : character;
  const lower = plain.toLowerCase();
  if (lower.length === 1 && lower !== plain) return lower.charCodeAt(0);
  // Letters with two small forms, such as the sigma; the dotless i of Turkish is a letter of its own.
  const roundAbout = plain === 'ı' ? plain : plain.toUpperCase().toLowerCase();
  return (roundAbout.length === 1 ? roundAbout : plain).charCodeAt(0);
}

/** Whether it is one of the marks that Latin letters with accents are made with. */
function isLatinMark(character: string): boolean {
  if (character < '\u0300' || character > '\u036f' || character.normalize('NFC') !== character) return false;
  return Array.from('aceiouwznsh').some((letter) => `${letter}${character}`.normalize('NFC').length === 1);
}

function fillBlock(block: number): void {
  for (let unit = block * blockLength; unit < (block + 1) * blockLength; unit += 1) table[unit] = foldUnit(unit);
  knownBlocks[block] = 1;
}

export interface FoldedText {
  folded: string;
  /** Where each unit of `folded` stands in the text, and last the length of the text. */
  places: Uint32Array;
}

/** `text` folded; what is searched for is folded the same way. */
export function foldText(text: string): string {
  // Most texts of most people, and several times faster.
  return /^[\u0001-\u007f]*$/.test(text) ? text.toLowerCase().replaceAll('\n', ' ') : fold(text, null);
}

/** The same, with the way back to the text. */
export function foldWithPlaces(text: string): FoldedText {
  const places = new Uint32Array(text.length + 1);
  const folded = fold(text, places);
  return { folded, places: places.subarray(0, folded.length + 1) };
}

function fold(text: string, places: Uint32Array | null): string {
  const units = new Uint16Array(text.length);
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    const block = unit >> 8;
    if (knownBlocks[block] === 0) fillBlock(block);
    const folded = table[unit] ?? unit;
    if (folded === dropped) continue;
    if (places !== null) places[length] = index;
    units[length] = folded;
    length += 1;
  }
  if (places !== null) places[length] = text.length;
  return Buffer.from(units.buffer, 0, length * 2).toString('utf16le');
}
