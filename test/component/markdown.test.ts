import { fireEvent } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { splitBlocks } from '../../renderer/lib/markdown/blocks.ts';
import { highlightCode, highlightLimit } from '../../renderer/lib/markdown/highlight.ts';
import { renderBlock } from '../../renderer/lib/markdown/render.ts';
import { showControls } from '../../renderer/lib/markdown/visible-controls.ts';
import { inTurn, openConversation, settle, turn } from './open-window.ts';

/** An answer as it stands on the page. */
async function answer(text: string) {
  const opened = await openConversation(['Question', text]);
  return { ...opened, article: turn('Answer 1') };
}

function html(text: string): string {
  const { blocks, definitions } = splitBlocks(text);
  return blocks.map(({ raw }) => renderBlock(raw, definitions, 3)).join('');
}

describe('an answer cannot act', () => {
  test.each([
    ['<script>globalThis.hacked = true</script>', 'script'],
    ['<img src=x onerror="globalThis.hacked = true">', 'img'],
    ['text <b onclick="globalThis.hacked = true">bold</b>', '.markdown b'],
    ['<iframe src="https://example.org"></iframe>', 'iframe'],
    ['<style>* { display: none }</style>', '.markdown style'],
    ['<svg><animate onbegin="globalThis.hacked = true"/></svg>', '.markdown svg animate'],
    ['<a href="https://example.org" style="position:fixed">x</a>', '.markdown a'],
    ['<form action="https://example.org"><button>Go</button></form>', '.markdown form'],
    ['<!-- comment --><p id="window">p</p>', '.markdown #window'],
  ])('%s is text', async (source, selector) => {
    const { article } = await answer(source);
    expect(article.querySelector(selector)).toBeNull();
    expect(article.textContent).toContain(source);
    expect('hacked' in globalThis).toBe(false);
  });

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'app://bundle/index.html',
    'vbscript:x',
    '//example.org/no-scheme',
    'relative/path',
    '#fragment',
  ])('%s is no link', async (address) => {
    const { article } = await answer(`[label](<${address}>)`);
    expect(article.querySelector('a')).toBeNull();
    expect(article.textContent).toContain('label');
  });

  test('a link asks the main process and never navigates', async () => {
    const { article, fake, user } = await answer('See [the page](https://example.org/a?b=c).');
    const link = article.querySelector('a');
    if (link === null) throw new Error('no link');
    await user.click(link);
    const middle = new MouseEvent('auxclick', { button: 1, bubbles: true, cancelable: true });
    link.dispatchEvent(middle);
    await settle();
    expect(middle.defaultPrevented).toBe(true);
    expect(await fireEvent.click(link)).toBe(false);
    expect(fake.callsOf('app.openLink')).toEqual(
      Array.from({ length: 3 }, () => ({ url: 'https://example.org/a?b=c' })),
    );
  });

  test('an image is an address with its description, and nothing is fetched', async () => {
    const { article } = await answer('![A cat](https://example.org/cat.png) ![x](javascript:alert(1))');
    expect(article.querySelector('img')).toBeNull();
    expect(article.querySelector('a')?.textContent).toBe('Image: A cat');
    expect(article.querySelector('a')?.title).toBe('https://example.org/cat.png');
    expect(article.querySelectorAll('a')).toHaveLength(1);
  });

  test('its own HTML carries no style, id or handler', () => {
    const result = html(
      '# a\n\n| b |\n| - |\n| c |\n\n- [x] done\n\n    code\n\n[d](https://e.org "t\\" onmouseover=alert(1) x=\\"")',
    );
    expect(result).not.toMatch(/ (style|id|on\w+)=/i);
    expect(result).toContain('☑ done');
  });
});

describe('invisible characters', () => {
  test('direction controls are written out, in prose, code and links', async () => {
    const { article } = await answer('a\u202eb `c\u2066d`\n\n```\ne\u200bf\n```\n\n[g\u200eh](https://example.org/)');
    expect(article.textContent).toContain('a⟦U+202E⟧b c⟦U+2066⟧d');
    expect(article.textContent).toContain('e⟦U+200B⟧f');
    expect(article.textContent).toContain('g⟦U+200E⟧h');
  });

  test('a question shows them too', async () => {
    await openConversation(['delete \u202etxt.exe', 'no']);
    expect(inTurn('Question 1').getByText('delete ⟦U+202E⟧txt.exe')).toBeTruthy();
  });

  test.each([
    ['family emoji', '👩\u200d👩\u200d👧'],
    ['emoji with skin tone', '👩🏽\u200d🚒'],
    ['heart on fire', '❤️\u200d🔥'],
    ['Persian', 'می\u200cخواهم'],
    ['Hindi', 'क्\u200dष'],
    ['lines and tabs', 'a\n\tb'],
    ['accents', 'é ü ñ'],
  ])('%s stays as it is', (_name, text) => {
    expect(showControls(text)).toBe(text);
  });

  test.each([
    ['between Latin letters', 'a\u200db'],
    ['tag characters', 'x\u{e0041}'],
    ['escape codes', '\u001b[31m'],
    ['byte order mark', '\ufeffa'],
  ])('%s are shown', (_name, text) => {
    expect(showControls(text)).toMatch(/⟦U\+[0-9A-F]{4,5}⟧/);
  });

  test('each piece takes its direction from its own text', async () => {
    const { article } = await answer('שלום\n\n- hello\n- שלום');
    expect(
      [...article.querySelectorAll('.markdown p, .markdown li')].map((piece) => piece.getAttribute('dir')),
    ).toEqual(Array.from({ length: 3 }, () => 'auto'));
  });
});

describe('blocks', () => {
  test('join to the whole text again', () => {
    const text = '# A\n\npara\nmore\n\n- x\n- y\n\n```js\n1\n```\n> q\n\n| a |\n| - |\n| b |\n';
    const { blocks } = splitBlocks(text);
    expect(blocks.map(({ raw }) => raw.trim())).toEqual([
      '# A',
      'para\nmore',
      '- x\n- y',
      '```js\n1\n```',
      '> q',
      '| a |\n| - |\n| b |',
    ]);
  });

  test('never change once another follows, wherever the text is cut', () => {
    const text =
      '# A\n\nOne *two*\nthree\n\n1. x\n\n   y\n2. z\n\n```py\nif a:\n\n    b\n```\n\nEnd | of\n--- | ---\nt | u\n\nLast';
    let before: string[] = [];
    for (let end = 1; end <= text.length; end++) {
      const now = splitBlocks(text.slice(0, end)).blocks.map(({ raw }) => raw.trimEnd());
      const finished = before.slice(0, Math.max(0, now.length - 1));
      // A block is finished when two others follow the state it was last seen in.
      expect(now.slice(0, Math.max(0, finished.length - 1))).toEqual(finished.slice(0, -1));
      before = now;
    }
  });

  test('an endless code fence is one block', () => {
    const { blocks } = splitBlocks(`\`\`\`python\n${'print(1)\n'.repeat(20_000)}`);
    expect(blocks).toHaveLength(1);
    expect(blocks[0]?.kind).toBe('code');
  });

  test('headings begin below those of the page and skip no level', async () => {
    const { article } = await answer('### Third\n\n##### Fifth\n\n# First\n\n## Second');
    expect([...article.querySelectorAll('.markdown :is(h3, h4, h5, h6)')].map(({ tagName }) => tagName)).toEqual([
      'H3',
      'H4',
      'H3',
      'H4',
    ]);
  });

  test('a table stands in a box of its own', async () => {
    const { article } = await answer('| a | b |\n| - | -: |\n| 1 | 2 |');
    expect(
      article.querySelector('.table-box[tabindex="0"][role="region"] > table td[align="right"]')?.textContent,
    ).toBe('2');
  });

  test.each([
    ['quotes in quotes without end', `${'> '.repeat(3000)}x`],
    ['a word as long as a book', `Before ${'x'.repeat(30_000)}`],
  ])('%s are shown as they came', (_name, text) => {
    expect(splitBlocks(text).blocks).toEqual([{ kind: 'code', raw: text, code: text, language: '' }]);
  });

  test('link definitions serve every block', () => {
    expect(html('See [a][x].\n\n[x]: https://example.org/\n')).toContain('href="https://example.org/"');
  });
});

describe('code', () => {
  test('has a language, colours and a copy button with the exact text', async () => {
    const { article, fake, user } = await answer('```python title="x"\nif True:\n\tpass\n```');
    expect(article.querySelector('figcaption')?.textContent).toContain('python');
    expect(article.querySelector('.hljs-keyword')?.textContent).toBe('if');
    await user.click(inTurn('Answer 1').getByRole('button', { name: 'Copy code' }));
    expect(fake.callsOf('app.copyText')).toEqual([{ text: 'if True:\n\tpass' }]);
  });

  test('is escaped when its language is not known or it is very long', () => {
    expect(highlightCode('<b>', 'no-such-language')).toBe('&lt;b&gt;');
    expect(highlightCode('const a = 1;'.padEnd(highlightLimit + 1), 'javascript')).not.toContain('<span');
  });
});
