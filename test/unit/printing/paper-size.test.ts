import { expect, it } from 'vitest';
import { paperSize } from '../../../main/printing/paper-size.ts';

it.each([
  ['linux', { LANG: 'en_US.UTF-8' }, '', 'Letter'],
  ['linux', { LANG: 'en_US.UTF-8', LC_PAPER: 'de_DE.UTF-8' }, 'US', 'A4'],
  ['linux', { LANG: 'de_DE.UTF-8', LC_PAPER: '', LC_ALL: 'es_MX' }, '', 'Letter'],
  ['linux', { LANG: 'C.UTF-8' }, '', 'A4'],
  ['linux', {}, '', 'A4'],
  ['win32', { LANG: 'de_DE' }, 'CA', 'Letter'],
  ['darwin', {}, 'GB', 'A4'],
  ['darwin', {}, '', 'A4'],
] as const)('on %s with %j in "%s" is %s', (platform, env, countryCode, size) => {
  expect(paperSize({ platform, env, countryCode })).toBe(size);
});
