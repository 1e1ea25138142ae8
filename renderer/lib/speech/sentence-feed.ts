/** The end of a sentence followed by space, or the end of a line. The point of a list number ("2. ") ends nothing. */
const boundary = /(?<!(?:^|\n)\s*\d+)[.!?…。！？]+["'”’)\]]*(?=\s)|\n/g;
const fence = /^\s*(```|~~~)/;

/** Markdown as it would be read aloud: marks gone, links by their label. */
function toSpeech(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s*(#{1,6}|[-*+>]|\d+\.)\s+/gm, '')
    .replace(/[*_`|]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * Cuts a growing answer into finished sentences for a screen reader, which cannot follow text that changes thirty times a
 * second. Code is named, not read out.
 */
export class SentenceFeed {
  #rest = '';
  #isInCode = false;

  /** Adds text; gives the sentences it finished. */
  push(text: string): string[] {
    this.#rest += text;
    const sentences: string[] = [];
    let start = 0;
    for (const match of this.#rest.matchAll(boundary)) {
      const end = match.index + match[0].length;
      this.#take(this.#rest.slice(start, end), sentences);
      start = end;
    }
    this.#rest = this.#rest.slice(start);
    return sentences;
  }

  /** What is left when the answer ends. */
  flush(): string[] {
    const sentences: string[] = [];
    this.#take(this.#rest, sentences);
    this.#rest = '';
    this.#isInCode = false;
    return sentences;
  }

  #take(piece: string, into: string[]): void {
    if (fence.test(piece)) {
      if (!this.#isInCode) into.push('Code block.');
      this.#isInCode = !this.#isInCode;
      return;
    }
    const spoken = this.#isInCode ? '' : toSpeech(piece);
    if (/[\p{L}\p{N}]/u.test(spoken)) into.push(spoken);
  }
}
