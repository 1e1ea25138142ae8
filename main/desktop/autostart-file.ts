import { homedir } from 'node:os';
import { join } from 'node:path';
import { desktopId } from '../identity.ts';

/** Where Linux desktops look for what they start with the session. */
export function autostartPath(env: NodeJS.ProcessEnv, home = homedir()): string {
  const configHome = env['XDG_CONFIG_HOME'] ?? '';
  return join(configHome === '' ? join(home, '.config') : configHome, 'autostart', `${desktopId}.desktop`);
}

/** Characters that an argument of `Exec` may hold without quotes. */
const plainArgument = /^[\w@+=:,./-]+$/;

/**
 * An argument as the `Exec` key wants it: quoted, with a backslash before what a shell would read, percent signs doubled;
 * and then once more with backslashes doubled, because the file format has escapes of its own.
 */
function execArgument(argument: string): string {
  const doubled = argument.replaceAll('%', '%%');
  if (plainArgument.test(argument)) return doubled;
  const quoted = `"${doubled.replace(/["`$\\]/g, '\\$&')}"`;
  return quoted.replaceAll('\\', '\\\\');
}

/** The file that starts the app with the session. */
export function autostartFile(command: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=OASST Desktop',
    'Comment=The assistant on this computer',
    `Exec=${command.map(execArgument).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}
