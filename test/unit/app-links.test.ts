import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkScheme } from '../../main/identity.ts';
import {
  addressOfPage,
  appPages,
  pageNames,
  pageOfAddress,
  sectionNames,
  sectionOfPage,
} from '../../preload/contract/app-pages.ts';
import { appPageSchema } from '../../preload/contract/app.ts';
import { textOfPageLink, withoutPageLinks } from '../../preload/contract/page-link-text.ts';
import { appLinkTargets, titleOfPageLink } from '../../renderer/lib/app-links.ts';
import { hostilePageAddresses } from '../support/hostile/answers.ts';

/** What somebody could write who wants more than a page: the real addresses, bent. */
const bentAddress = fc
  .tuple(
    fc.constantFrom('', ' ', 'x', '\u202e'),
    fc.constantFrom('oasst', 'OASST', 'oasst ', 'https', 'app', 'javascript'),
    fc.constantFrom(':', '://', ':///', ':\\\\'),
    fc.constantFrom('', 'me@', 'open@', 'a:b@'),
    fc.constantFrom('open', 'OPEN', 'ask', 'message', 'open.example.org', 'ореn'),
    fc.constantFrom('', ':80', '.'),
    fc.constantFrom('/', '//', '/../', '/%2e%2e/', '\\', ''),
    fc.constantFrom(...appPages, 'settings/', 'settings/erase', '__proto__', 'constructor', ''),
    fc.constantFrom('', '/', '?x', '#x', '%00', '\n', ' '),
  )
  .map((parts) => parts.join(''));

describe('the address of a page', () => {
  it.each(appPages)('%s leads there and back', (page) => {
    expect(pageOfAddress(addressOfPage(page))).toBe(page);
    expect(appPageSchema.parse(page)).toBe(page);
  });

  it('begins as the links do that the system gives to the app', () => {
    expect(appLinkTargets).toHaveLength(new Set(appLinkTargets).size);
    for (const target of appLinkTargets) expect(target).toMatch(new RegExp(`^${linkScheme}://open/[a-z/-]+$`));
  });

  it('is there for every part of the settings', () => {
    for (const [section, name] of Object.entries(sectionNames)) {
      const page = pageOfAddress(`oasst://open/settings/${section}`);
      expect(page === null ? null : [sectionOfPage(page), pageNames[page]]).toEqual([section, name]);
    }
  });

  it.each(hostilePageAddresses)('is not %j', (address) => {
    expect(pageOfAddress(address)).toBeNull();
  });

  it('is one of the closed list and nothing else, whatever is written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), bentAddress), (address) => {
        expect(pageOfAddress(address) !== null).toBe(appLinkTargets.includes(address));
      }),
    );
  });
});

describe('the words of a link to a page', () => {
  it.each([
    ['Models', 'Models'],
    ['the models', 'the models'],
    ['Models, please', 'Models, please (Models)'],
    ['**Models**', '**Models**'],
    ['here', 'here (Models)'],
    ['', 'Models'],
    ['https://bank.example', 'https://bank.example (Models)'],
    ['https://models', 'https://models (Models)'],
    ['bank.example models', 'bank.example models (Models)'],
    ['bankꓸexample models', 'bankꓸexample models (Models)'],
    ['Mоdels', 'Mоdels (Models)'],
  ])('%j reads %j', (label, text) => {
    expect(textOfPageLink(label, 'models')).toBe(text);
  });

  it('say in the title where it leads', () => {
    expect(titleOfPageLink('trash')).toBe('Opens Trash in this app');
    expect(titleOfPageLink('settings/data')).toBe('Opens Settings, Data and privacy in this app');
  });
});

describe('a text that leaves the app', () => {
  it.each([
    ['See [Models](oasst://open/models).', 'See Models.'],
    [
      'See [this](<oasst://open/settings/data>) and [Trash](oasst://open/trash).',
      'See this (Data and privacy) and Trash.',
    ],
    ['- [Models](oasst://open/models)\n- `a` [Search](oasst://open/search)', '- Models\n- `a` Search'],
    ['``a ` b`` [Models](oasst://open/models) `', '``a ` b`` Models `'],
    ['```\nx\n```\n[Models](oasst://open/models)', '```\nx\n```\nModels'],
    ['` [Models](oasst://open/models)', '` Models'],
  ])('%j loses its links to pages', (text, without) => {
    expect(withoutPageLinks(text)).toBe(without);
  });

  it.each([
    'See [a page](https://example.org/) and oasst://open/models.',
    'Write `[Models](oasst://open/models)`, or ``a ` [Models](oasst://open/models)``.',
    '```md\n[Models](oasst://open/models)\n```',
    '> ~~~\n> [Models](oasst://open/models)\n> ~~~',
    '```\n[Models](oasst://open/models)',
    '![Models](oasst://open/models)',
    '[Models](oasst://open/models/..)',
    String.raw`\[Models](oasst://open/models)`,
  ])('%j stays as it is', (text) => {
    expect(withoutPageLinks(text)).toBe(text);
  });

  it('changes nothing but links, and nothing twice', () => {
    const piece = fc.oneof(
      fc.constantFrom('`', '``', '```', '\n', '[', ']', '(', ')', '>', '~~~', ' ', 'x', ...appLinkTargets),
      fc.constantFrom('[Models](oasst://open/models)', '[x](oasst://open/trash)'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const without = withoutPageLinks(text);
        expect(withoutPageLinks(without)).toBe(without);
        expect(without.split('\n')).toHaveLength(text.split('\n').length);
      }),
    );
  });

  it.each([
    ['brackets', '['.repeat(200_000)],
    ['backticks', Array.from({ length: 600 }, (_, count) => '`'.repeat(count + 1)).join('x')],
    ['halves of links', '[x]('.repeat(50_000)],
  ])('is read to its end when it is full of %s', (_name, text) => {
    expect(withoutPageLinks(`${text} oasst://open/models`)).toContain(text);
  });
});
