import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { guideName } from '../../../../preload/contract/guide.ts';
import type { StoredConversation } from '../../../../main/database/protocol.ts';
import { htmlPieces } from '../../../../main/services/export/html.ts';
import { markdownPieces } from '../../../../main/services/export/markdown.ts';
import { outline } from '../../../../main/services/export/outline.ts';
import { plainTextPieces } from '../../../../main/services/export/plain-text.ts';
import { warning } from '../../../../main/services/export/wording.ts';
import { branched, conversation, message } from './conversations.ts';

interface PageElement {
  outerHTML: string;
  textContent: string;
  getAttribute(name: string): string | null;
}
interface Page {
  document: {
    body: PageElement;
    querySelector(selector: string): PageElement | null;
    querySelectorAll(selector: string): Iterable<PageElement>;
  };
  ran?: boolean;
}
/** jsdom brings no types; this is all that is used of it. */
const { JSDOM } = createRequire(import.meta.url)('jsdom') as {
  JSDOM: new (html: string, options: { runScripts: 'dangerously' }) => { window: Page };
};

const presetName = (id: string): string | null => (id === 'k50' ? 'k50' : null);
const writers = { markdown: markdownPieces, html: htmlPieces, text: plainTextPieces };
const write = (kind: keyof typeof writers, value: StoredConversation): string =>
  [...writers[kind](value, 'all', presetName)].join('');
const page = (value: StoredConversation): Page => new JSDOM(write('html', value), { runScripts: 'dangerously' }).window;

describe('the order of reading', () => {
  const ids = (value: StoredConversation, branches: 'active' | 'all') =>
    outline(value, branches).map(({ branch, messages }) => ({ branch, ids: messages.map((each) => each.message.id) }));

  it('is the branch that is shown, then each other one from where it leaves', () => {
    expect(ids(branched, 'active')).toEqual([{ branch: null, ids: ['q1', 'a2', 'q2', 'a3'] }]);
    expect(ids(branched, 'all')).toEqual([
      { branch: null, ids: ['q1', 'a2', 'q2', 'a3'] },
      { branch: { after: 1, insteadOf: 2 }, ids: ['a1'] },
    ]);
  });

  it('tells every message once, also beside several first questions and in a ring', () => {
    const wild = conversation([...branched.messages, message('q3', null), message('q4', 'a9'), message('a9', 'q4')]);
    const told = ids(wild, 'all').flatMap((section) => section.ids);
    expect(told.toSorted()).toEqual(wild.messages.map(({ id }) => id).toSorted());
  });
});

describe.each(['markdown', 'html', 'text'] as const)('%s', (kind) => {
  it('holds title, dates, model, preset, seed and the warning', () => {
    const text = write(kind, branched);
    for (const part of ['Trees', warning, '2023-02-05 14:23 UTC', 'Guide', 'k50', '4294967295']) {
      expect(text).toContain(part);
    }
  });

  it('names a page of the app where an answer leads there, and holds no link to it', () => {
    const text = 'See [Models](oasst://open/models) and [this](oasst://open/settings/data).';
    const linked = conversation([
      message('q', null, { text: '[Typed](oasst://open/trash)' }),
      message('a', 'q', { text }),
    ]);
    expect(write(kind, linked)).toContain('See Models and this (Data and privacy).');
    expect(write(kind, linked)).toContain('[Typed](oasst://open/trash)');
  });

  it('says of the guide what it is', () => {
    const [, answer] = branched.messages;
    const generation = answer?.generation ?? null;
    if (generation === null) throw new Error('The example has lost its facts.');
    const facts = { ...generation, modelName: guideName };
    const told = write(kind, conversation([message('q', null), message('a', 'q', { generation: facts })]));
    expect(told).toContain('OASST Desktop guide · a tiny model made for this app, not Open-Assistant · ');
  });

  it('says how an answer ended that did not end by itself', () => {
    const stopped = conversation([message('q', null), message('a', 'q', { status: 'failed', text: '' })]);
    expect(write(kind, stopped)).toContain('This answer failed before its end.');
  });
});

describe('markdown', () => {
  it('closes a code block that an answer left open, and no other', () => {
    const cut = conversation([message('q', null), message('a', 'q', { text: 'See:\n~~~~js\n~~~\nlet' })]);
    expect(write('markdown', cut)).toContain('\nlet\n~~~~\n');
    const whole = conversation([message('q', null), message('a', 'q', { text: '```\nx\n```' })]);
    expect(write('markdown', whole).match(/```/g)).toHaveLength(2);
  });

  it('takes nothing in a title for a sign', () => {
    expect(write('markdown', conversation([], { title: '# *a*\n<b>' }))).toContain('# \\# \\*a\\* \\<b\\>');
  });
});

describe('html', () => {
  const hostile = [
    '<script>window.ran = true</script>',
    '<img src=x onerror="window.ran = true">',
    '[a](javascript:window.ran=true) ![b](https://example.org/x.png) <https://example.org/>',
    '```html"><script>window.ran = true</script>\nx\n```',
    '[x]: javascript:1 "><script>window.ran = true</script>\n\n[x]',
    '- [ ] <iframe srcdoc="<script>parent.ran = true</script>">',
    '# <svg onload="window.ran = true">',
  ].join('\n\n');
  const value = conversation([message('q', null, { text: hostile }), message('a', 'q', { text: hostile })], {
    title: '</title><script>window.ran = true</script>',
  });

  it('runs nothing, loads nothing and opens nothing, whatever the texts hold', () => {
    const window = page(value);
    expect(window.ran).toBeUndefined();
    const loaded =
      'script, img, iframe, link, object, embed, form, input, svg, a, base, [src], [href], [onerror], [onload]';
    expect([...window.document.querySelectorAll(loaded)].map(({ outerHTML }) => outerHTML)).toEqual([]);
    expect(window.document.body.textContent).toContain('https://example.org/x.png');
  });

  it('lets in only its own style', () => {
    const { document } = page(value);
    const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content');
    const style = document.querySelector('style')?.textContent ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy).toBe(`default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`);
    expect([...document.querySelectorAll('[style]')]).toEqual([]);
  });

  it('shows questions as they were typed, and answers rendered', () => {
    const { document } = page(
      conversation([message('q', null, { text: '*a*\n  b' }), message('a', 'q', { text: '*a* **b**' })]),
    );
    expect(document.querySelector('.question .verbatim')?.textContent).toBe('*a*\n  b');
    expect(document.querySelector('.answer strong')?.textContent).toBe('b');
  });

  it('shows an answer that is nested beyond measure as its text', () => {
    const deep = '> '.repeat(20_000) + 'end';
    const { document } = page(conversation([message('q', null), message('a', 'q', { text: deep })]));
    expect(document.querySelector('.answer .text')?.textContent).toContain('end');
  });
});

it('plain text holds every message exactly', () => {
  expect(write('text', conversation([message('q', null, { text: '  x \n\n<b>' })]))).toContain('\n  x \n\n<b>\n');
});
