import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkToMessage, messageOfLink, textOfLink } from '../../../main/desktop/deep-link.ts';

describe('a link into the app', () => {
  it.each([
    ['oasst://ask?q=What%20is%20a%20meme%3F', 'What is a meme?'],
    ['oasst://ask/?q=two+words', 'two words'],
    ['OASST://ASK?q=x', 'x'],
    ['oasst://ask?q=a%0D%0Ab%0Dc', 'a\nb\nc'],
    ['oasst://ask?q=%F0%9F%91%8B%20gr%C3%BC%C3%9Fe', '👋 grüße'],
    ['oasst://ask', ''],
    ['oasst://ask?q=', ''],
    ['oasst://ask?other=x', ''],
    ['oasst://ask?q=first&q=second', 'first'],
  ])('%s fills in %j', (link, text) => {
    expect(textOfLink(link)).toBe(text);
  });

  it.each([
    'oasst://run?q=x',
    'oasst://ask/elsewhere?q=x',
    'oasst://ask.example.org?q=x',
    'oasst:ask?q=x',
    'https://ask?q=x',
    'javascript:alert(1)',
    'oasst://',
    '',
    'ask',
  ])('%j is none', (link) => {
    expect(textOfLink(link)).toBeNull();
  });

  it('takes nothing that is longer than a question', () => {
    const start = 'oasst://ask?q=';
    expect(textOfLink(start.padEnd(8000, 'x'))).toHaveLength(8000 - start.length);
    expect(textOfLink(start.padEnd(8001, 'x'))).toBeNull();
    expect(textOfLink(`oasst://ask?q=x&${'y'.repeat(1_000_000)}`)).toBeNull();
  });

  it('drops what would make the text look other than it is', () => {
    expect(textOfLink('oasst://ask?q=a%00b%1B%5B31m%7F%E2%80%AEc')).toBe('ab[31mc');
    expect(textOfLink('oasst://ask?q=a%FF%C3b%zz')).toBe('a\ufffd\ufffdb%zz');
  });

  it('is read without an error, whatever it says', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((end) => `oasst://ask?q=${end}`),
        ),
        (link) => {
          const text = textOfLink(link);
          if (text !== null) expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
        },
      ),
    );
  });
});

describe('a link to a message', () => {
  const id = '01a206fd-37a5-7199-a8ff-d346d2c32e69';

  it('leads to it, and to nothing else', () => {
    expect(messageOfLink(linkToMessage(id))).toBe(id);
    expect(messageOfLink(`OASST://Message/${id}/`)).toBe(id);
    expect(textOfLink(linkToMessage(id))).toBeNull();
    expect(messageOfLink(`oasst://ask?q=${id}`)).toBeNull();
  });

  it.each([
    'oasst://message',
    'oasst://message/',
    'oasst://message/x',
    `oasst://message/${id}/more`,
    `oasst://message/..%2f${id}`,
    `oasst://message.example.org/${id}`,
    `oasst:message/${id}`,
    `https://message/${id}`,
    `oasst://message/${id}?${'x'.repeat(8000)}`,
    '',
  ])('%j is none', (link) => {
    expect(messageOfLink(link)).toBeNull();
  });

  it('is read without an error, whatever it says', () => {
    const anyLink = fc.oneof(
      fc.string(),
      fc.string().map((end) => `oasst://message/${end}`),
    );
    fc.assert(
      fc.property(anyLink, (link) => {
        expect(messageOfLink(link) ?? id).toMatch(/^[0-9a-f-]{36}$/i);
      }),
    );
  });
});
