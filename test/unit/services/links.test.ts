import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openableUrl } from '../../../main/ipc/handlers/links.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import { codeOf } from '../../support/database.ts';

describe('openableUrl', () => {
  it.each([
    ['https://example.org/a?b#c', 'https://example.org/a?b#c'],
    ['HTTP://EXAMPLE.org', 'http://example.org/'],
    ['mailto:a@example.org', 'mailto:a@example.org'],
    ['https://аpple.com/', 'https://xn--pple-43d.com/'],
    ['  https://example.org/ \n', 'https://example.org/'],
  ])('opens %j as %j', (text, href) => {
    expect(openableUrl(text)).toBe(href);
  });

  it.each([
    '',
    'example.org',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'app://bundle/index.html',
    'vscode://file/etc/passwd',
    'smb://host/share',
    '\\\\host\\share',
    'https://user@example.org/',
    'https://example.org:x/',
    'https://paypal.com:secret@evil.example/',
  ])('refuses %j', (text) => {
    expect(codeOf(() => openableUrl(text))).toBe('forbidden');
  });

  it('opens nothing but web and mail addresses, whatever it is given', () => {
    const scheme = fc.constantFrom(
      '',
      'http:',
      'https:',
      'mailto:',
      'file:',
      'javascript:',
      'data:',
      'app:',
      'ms-msdt:',
    );
    fc.assert(
      fc.property(scheme, fc.oneof(fc.string(), fc.webUrl()), (start, rest) => {
        let href: string;
        try {
          href = openableUrl(start + rest);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          return;
        }
        expect(href).toMatch(/^(https?|mailto):/);
      }),
    );
  });
});
