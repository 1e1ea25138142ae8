export type PaperSize = 'A4' | 'Letter';

/** Where letters are written on Letter (Unicode CLDR, `paperSize`); everywhere else it is A4. */
const letterCountries = new Set('BZ CA CL CO CR GT MX NI PA PH PR SV US VE'.split(' '));

export interface PaperFacts {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  /** The country that macOS and Windows are set to, such as `US`; empty where unknown. */
  countryCode: string;
}

/** The paper that lies in printers where this computer stands. On Linux the locale has a setting of its own for that. */
export function paperSize({ platform, env, countryCode }: PaperFacts): PaperSize {
  const locale = [env['LC_ALL'], env['LC_PAPER'], env['LANG']].find((name) => name !== undefined && name !== '');
  const country = platform === 'linux' ? (/_([A-Z]{2})/.exec(locale ?? '')?.[1] ?? '') : countryCode;
  return letterCountries.has(country) ? 'Letter' : 'A4';
}
