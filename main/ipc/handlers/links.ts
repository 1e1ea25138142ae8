import { AppError } from '../../../preload/contract/errors.ts';

const openableProtocols = new Set(['https:', 'http:', 'mailto:']);

/**
 * The normal form of an address that may be handed to the owner's browser. International host names come out in their
 * ASCII form, so that a look-alike shows itself when the owner is asked.
 *
 * @throws AppError `forbidden` for anything but web and mail addresses
 */
export function openableUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !openableProtocols.has(url.protocol) || url.username !== '' || url.password !== '') {
    throw new AppError('forbidden', 'Only plain web and mail addresses can be opened.');
  }
  return url.href;
}
