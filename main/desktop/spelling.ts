/**
 * Whether Chromium can check spelling without the network: macOS brings a checker of its own. Elsewhere Chromium fetches
 * dictionaries from Google as soon as it knows a language.
 */
export function canCheckSpelling(platform: NodeJS.Platform): boolean {
  return platform === 'darwin';
}
