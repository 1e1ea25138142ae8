/**
 * Switches of Chromium and Node that hand the app over to somebody else: they attach a debugger, load foreign code, or take
 * a wall down. Whoever can change how the installed app is started could use them to read conversations in its name, and
 * the fuses of the package do not cover them.
 */
const dangerous = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-allow-origins',
  'inspect',
  'inspect-brk',
  'inspect-port',
  'inspect-publish-uid',
  'debug',
  'js-flags',
  'no-sandbox',
  'disable-setuid-sandbox',
  'disable-gpu-sandbox',
  'disable-seccomp-filter-sandbox',
  'disable-namespace-sandbox',
  'disable-web-security',
  'allow-running-insecure-content',
  'ignore-certificate-errors',
  'load-extension',
  'enable-blink-features',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  'gpu-launcher',
  'browser-subprocess-path',
  'single-process',
  'in-process-gpu',
  'proxy-server',
  'proxy-pac-url',
  'host-rules',
  'host-resolver-rules',
  'user-data-dir',
  'log-net-log',
  'enable-logging',
] as const;

/** The first dangerous switch among the words that the app was started with, without its dashes; null when none is. */
export function dangerousSwitch(words: readonly string[]): string | null {
  for (const word of words) {
    // Chromium reads no switches behind a bare double dash, and none that begin otherwise.
    if (word === '--') return null;
    const name = /^--?([^=]+)/.exec(word)?.[1]?.toLowerCase().replaceAll('_', '-');
    const found = dangerous.find((known) => known === name);
    if (found !== undefined) return found;
  }
  return null;
}
