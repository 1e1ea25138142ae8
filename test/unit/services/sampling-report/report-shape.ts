import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What kinds of values stand where: objects by their keys, lists by the different kinds of their entries. */
export type Shape = string | Shape[] | { [key: string]: Shape };

/** TypeScript's libraries do not know the reviver's third argument yet. */
const parse = JSON.parse as (
  text: string,
  revive: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown;

class NumberShape {
  readonly name: string;
  constructor(source: string) {
    this.name = /^-?\d+$/.test(source) ? 'integer' : 'float';
  }
}

function shapeOfValue(value: unknown): Shape {
  if (value instanceof NumberShape) return value.name;
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    const shapes = new Map(value.map((entry) => [JSON.stringify(shapeOfValue(entry)), shapeOfValue(entry)]));
    return [...shapes.values()];
  }
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, shapeOfValue(entry)]));
  }
  return typeof value;
}

/** The shape of a JSON text. Integers and floats are told apart by how they are written, as Python does. */
export function shapeOf(text: string): Shape {
  return shapeOfValue(
    parse(text, (_key, value, { source }) => (typeof value === 'number' ? new NumberShape(source ?? '') : value)),
  );
}

/** The shape of the report that was published with the model. */
export const publishedShape = JSON.parse(readFileSync(join(import.meta.dirname, 'report-shape.json'), 'utf8')) as Shape;
