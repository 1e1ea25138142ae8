import { join, normalize, sep } from 'node:path';

/** The app's pages come from their own scheme, so that `file:` keeps no privileges and every answer carries the policy. */
export const scheme = 'app';
const host = 'bundle';

export function appUrl(page: string): string {
  return `${scheme}://${host}/${page}`;
}

/** Whether an address is a page of the app. */
export function isAppUrl(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url?.protocol === `${scheme}:` && url.host === host;
}

/** The file behind an app address, or null when it would lie outside the folder. */
export function fileFor(folder: string, address: string): string | null {
  if (!isAppUrl(address)) return null;
  let path: string;
  try {
    path = decodeURIComponent(new URL(address).pathname);
  } catch {
    return null;
  }
  if (path.includes('\0')) return null;
  const file = normalize(join(folder, path));
  return file.startsWith(folder + sep) ? file : null;
}
