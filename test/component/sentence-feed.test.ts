import { describe, expect, test } from 'vitest';
import { SentenceFeed } from '../../renderer/lib/speech/sentence-feed.ts';

function hear(text: string, step = 1): string[] {
  const feed = new SentenceFeed();
  const heard: string[] = [];
  for (let start = 0; start < text.length; start += step) heard.push(...feed.push(text.slice(start, start + step)));
  return [...heard, ...feed.flush()];
}

describe('the sentences a screen reader hears', () => {
  test.each([1, 3, 1000])('are the same however the text is cut (%i)', (step) => {
    expect(hear('One. Two! Is it "three?" Yes…\nFour', step)).toEqual([
      'One.',
      'Two!',
      'Is it "three?"',
      'Yes…',
      'Four',
    ]);
  });

  test('carry no Markdown', () => {
    expect(hear('## Title\n\n- **Bold** and `code`\n- [a link](https://example.org)\n')).toEqual([
      'Title',
      'Bold and code',
      'a link',
    ]);
  });

  test('keep a list number with its text', () => {
    expect(hear('1. First thing\n2. Second thing\n')).toEqual(['First thing', 'Second thing']);
  });

  test('name code instead of reading it', () => {
    expect(hear('Like this:\n```js\nconst a = 1;\nconsole.log(a);\n```\nDone.')).toEqual([
      'Like this:',
      'Code block.',
      'Done.',
    ]);
  });

  test('do not break numbers', () => {
    expect(hear('Pi is 3.14 or so. ')).toEqual(['Pi is 3.14 or so.']);
  });
});
