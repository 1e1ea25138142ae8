/** Names under which desktops know the app. */

/**
 * The app's id on Linux desktops. Portals refuse a program whose id belongs to no installed desktop file, so the
 * package's file has to be called `<this>.desktop`.
 */
export const desktopId = 'io.github.oasst_desktop.OasstDesktop';

/** The program's name in packages. */
export const programName = 'oasst-desktop';

/** Scheme of the links that open the app: `oasst://ask?q=…`. */
export const linkScheme = 'oasst';

/** The app's name for people, and of its program on Windows and macOS. */
export const productName = 'OASST Desktop';

/** Makes the installed app print pages for the terminal that started it, and show nothing. */
export const printPagesSwitch = '--print-pages';
