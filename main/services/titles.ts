const longestTitle = 60;

/**
 * A conversation's automatic title: the first line of its first question that is not a quotation, cut at a word, or a
 * plain stand-in.
 */
export function titleFromQuestion(question: string): string {
  const lines = question
    .split('\n')
    .map((text) => text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim())
    .filter((text) => text !== '');
  const line = lines.find((text) => !text.startsWith('>')) ?? lines[0];
  if (line === undefined) return 'New conversation';
  const characters = [...line];
  if (characters.length <= longestTitle) return line;
  const cut = characters.slice(0, longestTitle).join('');
  const lastSpace = cut.lastIndexOf(' ');
  return `${lastSpace > longestTitle / 2 ? cut.slice(0, lastSpace) : cut}…`;
}
