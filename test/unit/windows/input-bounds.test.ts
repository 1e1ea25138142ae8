import { describe, expect, it } from 'vitest';
import { isReasonable } from '../../../main/ipc/input-bounds.ts';

/** An input as it arrives: cloned between processes. */
function arrives(input: unknown): boolean {
  return isReasonable(structuredClone(input));
}

function nested(depth: number): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

describe('an input', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text to copy', { text: 'x'.repeat(10_000_000) }],
    ['many conversations', { conversationIds: Array.from({ length: 10_000 }, (_, index) => String(index)) }],
    ['settings', { customPresets: [{ id: 'a', parameters: { temperature: 1 } }], zoom: 1 }],
  ])('like %s is looked at', (_name, input) => {
    expect(arrives(input)).toBe(true);
  });

  const ring: { self?: unknown } = {};
  ring.self = ring;
  it.each([
    ['a longer text', { text: 'x'.repeat(12_000_000) }],
    ['many texts that are long together', Array.from({ length: 20 }, () => 'x'.repeat(1_000_000))],
    ['a long name', { ['x'.repeat(12_000_000)]: 1 }],
    ['a long list', Array.from({ length: 200_000 }, () => 0)],
    // Holds nothing, and claims to be long.
    ['an empty list of four thousand million', new Array(2 ** 32 - 1)],
    ['a deep one', nested(100)],
    ['one that holds itself', ring],
    ['one with a prototype', JSON.parse('{"__proto__": {"isAdmin": true}}')],
    ['one with a prototype inside', JSON.parse('{"a": [{"__proto__": null}]}')],
    ['a map', new Map([['text', 'x']])],
    ['bytes', new Uint8Array(8)],
    ['a date', new Date(0)],
  ])('like %s is not', (_name, input) => {
    expect(arrives(input)).toBe(false);
  });
});
