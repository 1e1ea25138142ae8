import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPageLinkFilter } from '../../../main/cli/page-links.ts';
import { withoutPageLinks } from '../../../preload/contract/page-link-text.ts';

function streamed(pieces: readonly string[]): string {
  let written = '';
  const filter = createPageLinkFilter((text) => (written += text));
  for (const piece of pieces) filter.write(piece);
  filter.end();
  return written;
}

it('turns a link to a page into its words, however it is cut', () => {
  const answer = 'See [Models](oasst://open/models) and [here](oasst://open/trash), not [this](https://example.org).';
  expect(streamed(Array.from(answer))).toBe('See Models and here (Trash), not [this](https://example.org).');
  expect(streamed([answer])).toBe(streamed(Array.from(answer)));
});

it('leaves pictures and what is escaped as they are', () => {
  const others = '![Models](oasst://open/models) \\[Models](oasst://open/models)';
  expect(streamed(Array.from(others))).toBe(others);
  expect(streamed(['!', '[Models](oasst://open/models)'])).toBe('![Models](oasst://open/models)');
});

it('holds nothing back for good, and nothing that is no link for long', () => {
  expect(streamed(['an [open', ' bracket'])).toBe('an [open bracket');
  let written = '';
  const filter = createPageLinkFilter((text) => (written += text));
  filter.write(`[${'x'.repeat(250)}`);
  expect(written).toHaveLength(251);
});

it('writes the same for every way to cut a text', () => {
  const part = fc.constantFrom(
    '[',
    ']',
    '(',
    ')',
    'Models',
    'oasst://open/models',
    '[Trash](oasst://open/trash)',
    ' ',
    '\n',
    '!',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 24, size: 'max' }), (parts) => {
      expect(streamed(parts)).toBe(withoutPageLinks(parts.join('')));
    }),
  );
});
