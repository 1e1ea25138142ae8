import { sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appUrl, fileFor, isAppUrl } from '../../../main/windows/app-url.ts';

const folder = `${sep}app${sep}renderer`;

describe('an address', () => {
  it('of a page is one of the app, whatever follows', () => {
    expect(isAppUrl(appUrl('index.html'))).toBe(true);
    expect(isAppUrl(`${appUrl('index.html')}?a=1#b`)).toBe(true);
  });

  it.each([
    'https://bundle/index.html',
    'app://other/index.html',
    'app://bundle.example.com/index.html',
    'app://user@other/index.html',
    'file:///app/renderer/index.html',
    'javascript:alert(1)',
    'about:blank',
    '',
  ])('%s is not', (address) => {
    expect(isAppUrl(address)).toBe(false);
    expect(fileFor(folder, address)).toBeNull();
  });
});

describe('the file behind an address', () => {
  it('lies where its path says', () => {
    expect(fileFor(folder, appUrl('assets/index.js'))).toBe([folder, 'assets', 'index.js'].join(sep));
  });

  it.each(['%00index.html', 'a%00b', '%', '%zz'])('%s is none', (path) => {
    expect(fileFor(folder, appUrl(path))).toBeNull();
  });

  it('never lies outside the folder', () => {
    const part = fc.oneof(
      fc.constantFrom('..', '.', '%2e%2e', '%2E.', '%2f', '%5c', '\\', '//', '..%2f..', '..\\..', 'assets'),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const file = fileFor(folder, appUrl(parts.join('/')));
        expect(file === null || file.startsWith(folder + sep)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
