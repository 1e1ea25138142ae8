import { addressOfPage, appPages, pageNames, sectionOfPage, type AppPage } from '../../preload/contract/app-pages.ts';

/** Every address that a link in an answer may have to show a page of the app. */
export const appLinkTargets: readonly string[] = appPages.map(addressOfPage);

/** Where such a link leads, for whoever rests on it or hears it. */
export function titleOfPageLink(page: AppPage): string {
  const part = sectionOfPage(page) === null ? '' : `${pageNames.settings}, `;
  return `Opens ${part}${pageNames[page]} in this app`;
}
