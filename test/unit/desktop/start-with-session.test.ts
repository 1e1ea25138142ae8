import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { autostartFile, autostartPath } from '../../../main/desktop/autostart-file.ts';
import { quickAskCommand, startCommand, type StartFacts } from '../../../main/desktop/start-command.ts';

const installed: StartFacts = {
  isPackaged: true,
  executable: '/opt/OASST Desktop/oasst-desktop',
  env: {},
  appFolder: '/opt/OASST Desktop/resources/app.asar',
  switches: [],
  dataFolder: null,
};
const fromSources: StartFacts = {
  ...installed,
  isPackaged: false,
  executable: '/p/electron',
  appFolder: '/my project',
  switches: ['--no-sandbox'],
};

describe('the command that starts the app again', () => {
  it('is the program and its data folder, where that is not the usual one', () => {
    expect(startCommand(installed)).toEqual([installed.executable]);
    expect(startCommand({ ...installed, dataFolder: '/d' })).toEqual([installed.executable, '--data', '/d']);
    expect(startCommand({ ...installed, env: { APPIMAGE: '/a.AppImage' } })).toEqual(['/a.AppImage']);
    expect(startCommand(fromSources)).toEqual(['/p/electron', '--no-sandbox', '/my project']);
  });

  it('is a line for the settings of a desktop', () => {
    expect(quickAskCommand(installed, 'linux')).toBe('oasst-desktop --quick-ask');
    expect(quickAskCommand({ ...installed, env: { APPIMAGE: '/a b.AppImage' } }, 'linux')).toBe(
      "'/a b.AppImage' --quick-ask",
    );
    expect(quickAskCommand(fromSources, 'linux')).toBe("/p/electron --no-sandbox '/my project' --quick-ask");
    expect(quickAskCommand({ ...installed, dataFolder: "/it's" }, 'linux')).toBe(
      "oasst-desktop --data '/it'\\''s' --quick-ask",
    );
    expect(quickAskCommand({ ...installed, executable: 'C:\\Apps\\OASST Desktop.exe' }, 'win32')).toBe(
      '"C:\\Apps\\OASST Desktop.exe" --quick-ask',
    );
  });
});

/** Reads `Exec` as the specification tells desktops to: the file's escapes first, then the quotes of arguments. */
function readExec(file: string): string[] {
  const line = /^Exec=(.*)$/m.exec(file)?.[1] ?? '';
  const escapes: Record<string, string> = { s: ' ', n: '\n', t: '\t', r: '\r', '\\': '\\' };
  const value = line.replace(/\\(.)/g, (_all, letter: string) => escapes[letter] ?? '?');
  const words = value.match(/"(?:\\.|[^"\\])*"|[^ "]+/g) ?? [];
  return words.map((word) =>
    (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word).replaceAll('%%', '%'),
  );
}

describe('the file that starts the app with the session', () => {
  it('lies where desktops look for it', () => {
    expect(autostartPath({}, '/home/me')).toMatch(/^\/home\/me\/\.config\/autostart\/[\w.]+\.desktop$/);
    expect(autostartPath({ XDG_CONFIG_HOME: '/c' }, '/home/me')).toMatch(/^\/c\/autostart\//);
    expect(autostartPath({ XDG_CONFIG_HOME: '' }, '/home/me')).toMatch(/^\/home\/me\/\.config\//);
  });

  it('quotes what has to be quoted', () => {
    const file = autostartFile(['/opt/a b', '--data', '/50%/$HOME/`x`/"q"/\\', '--hidden']);
    expect(file).toContain('Exec="/opt/a b" --data "/50%%/\\\\$HOME/\\\\`x\\\\`/\\\\"q\\\\"/\\\\\\\\" --hidden\n');
    expect(file.startsWith('[Desktop Entry]\nType=Application\nName=')).toBe(true);
  });

  it('is read by a desktop as it was meant', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => !/[\n\r\t\0]/.test(text));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (command) => {
        expect(readExec(autostartFile(command))).toEqual(command);
      }),
    );
  });
});
