/** More than any input of the contract has: the longest is a text to copy, the widest names many conversations. */
const maxCharacters = 11_000_000;
const maxValues = 100_000;
const maxDepth = 8;

/** What a page sends was cloned: objects are plain ones, or of a kind that no input has. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Whether an input is worth a look at its schema, which reads an array to its end before it finds it too long. Refuses what
 * is too large or too deep, what holds itself, objects that are not plain, and names that reach for a prototype.
 */
export function isReasonable(input: unknown): boolean {
  let characters = 0;
  let values = 0;
  const isWithin = (value: unknown, depth: number): boolean => {
    values += 1;
    if (typeof value === 'string') characters += value.length;
    if (values > maxValues || characters > maxCharacters || depth > maxDepth) return false;
    if (typeof value !== 'object' || value === null) return true;
    if (Array.isArray(value)) {
      // Looked at first: one without content can claim to be of any length.
      return value.length <= maxValues && value.every((item) => isWithin(item, depth + 1));
    }
    if (!isPlain(value)) return false;
    return Object.entries(value).every(([name, item]) => {
      characters += name.length;
      return name !== '__proto__' && isWithin(item, depth + 1);
    });
  };
  return isWithin(input, 0);
}
