/**
 * The pages of the app that a link of the form `oasst://open/<page>` shows, as a closed list. Such a link may stand in an
 * answer, on a web page or in another program: whoever wrote it, it can show one of these pages and do nothing else. This
 * file holds no schema, so windows may use it without taking zod along.
 */

/** What the parts of the settings are called. */
export const sectionNames = {
  general: 'General',
  device: 'Model and device',
  presets: 'Presets',
  shortcuts: 'Shortcuts',
  appearance: 'Appearance',
  'quick-window': 'Quick window',
  data: 'Data and privacy',
  about: 'About',
} as const;
export type SettingsSection = keyof typeof sectionNames;
export const settingsSections = Object.keys(sectionNames) as SettingsSection[];

/** What each page is called, by its path in a link. */
export const pageNames = {
  models: 'Models',
  trash: 'Trash',
  search: 'Search',
  shortcuts: 'Keyboard shortcuts',
  settings: 'Settings',
  'settings/general': sectionNames.general,
  'settings/device': sectionNames.device,
  'settings/presets': sectionNames.presets,
  'settings/shortcuts': sectionNames.shortcuts,
  'settings/appearance': sectionNames.appearance,
  'settings/quick-window': sectionNames['quick-window'],
  'settings/data': sectionNames.data,
  'settings/about': sectionNames.about,
} as const satisfies Record<`settings/${SettingsSection}`, string> & Record<string, string>;
export type AppPage = keyof typeof pageNames;
export const appPages = Object.keys(pageNames) as AppPage[];

/** What the address of every page begins with. */
export const pageAddressStart = 'oasst://open/';

/** The address of a page, in the one spelling that is followed. */
export function addressOfPage(page: AppPage): string {
  return `${pageAddressStart}${page}`;
}

const pagesByAddress: ReadonlyMap<string, AppPage> = new Map(appPages.map((page) => [addressOfPage(page), page]));

/**
 * The page behind an address. Addresses are compared as they stand and never taken apart, so that there is nothing in them
 * to be misread: no path to climb, no user, no port, no query.
 *
 * @returns null for every other address
 */
export function pageOfAddress(address: string): AppPage | null {
  return pagesByAddress.get(address) ?? null;
}

/** The part of the settings that a page is; null for every other page. */
export function sectionOfPage(page: AppPage): SettingsSection | null {
  return settingsSections.find((section) => page === `settings/${section}`) ?? null;
}
