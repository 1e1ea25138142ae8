/** Who gets which arguments of the commands. */
import { describe, expect, it } from 'vitest';

import { isForTerminal, needsPrinting, readTestSelection } from '../../../scripts/setup/arguments.mjs';
import { hasDisplay } from '../../../scripts/setup/display.mjs';
import { electronEnvironment, electronSwitches, printingCommand } from '../../../scripts/setup/electron-launch.mjs';
import { needsElectron } from '../../../scripts/setup/launch-script.mjs';

describe('npm start', () => {
  it.each([
    [['--ask', 'Why?'], true],
    [['--ask=Why?'], true],
    [['--continue', '--ask', 'And then?'], true],
    [['--help'], true],
    [['--version'], true],
    [[], false],
    [['oasst://conversation/1'], false],
    [['--hidden'], false],
    [['--model', 'a.gguf', '--ask', 'Why?'], true],
  ])('%j is for the terminal: %s', (args, expected) => {
    expect(isForTerminal(args)).toBe(expected);
  });

  it.each([
    [['--export', 'a.pdf', '--all'], true],
    [['--all', '--export=A.PDF'], true],
    [['--export', 'folder', '--format', 'Pdf', '--all'], true],
    [['--export', 'folder', '--format=pdf', '--all'], true],
    [['--export', 'a.pdf', '--format', 'md', '--all'], false],
    [['--export', 'a.json', '--all'], false],
    [['--import', 'a.pdf'], false],
    [['--ask', 'How do I --export a.pdf?'], false],
    [['--export'], false],
  ])('%j needs an Electron to print: %s', (args, expected) => {
    expect(needsPrinting(args)).toBe(expected);
  });

  it('starts the Electron that prints without a screen', () => {
    const [program, ...switches] = printingCommand('/e/electron');
    expect(program).toBe('/e/electron');
    expect(switches.includes('--ozone-platform=headless')).toBe(process.platform === 'linux');
  });

  it('sees a display only where there is one', () => {
    expect(hasDisplay({}, 'linux')).toBe(false);
    expect(hasDisplay({ DISPLAY: '' }, 'linux')).toBe(false);
    expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true);
    expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
    expect(hasDisplay({}, 'darwin')).toBe(true);
  });

  it('starts Electron as Electron, on Wayland where there is nothing else', () => {
    expect(electronEnvironment({ ELECTRON_RUN_AS_NODE: '1', HOME: '/h' })).toEqual({ HOME: '/h' });
    const isLinux = process.platform === 'linux';
    expect(electronSwitches({ WAYLAND_DISPLAY: 'w' }).includes('--ozone-platform=wayland')).toBe(isLinux);
    expect(electronSwitches({ WAYLAND_DISPLAY: 'w', DISPLAY: ':0' })).not.toContain('--ozone-platform=wayland');
  });
});

describe('npm test', () => {
  it('runs everything unless told otherwise', () => {
    const everything = { layers: ['unit', 'integration', 'engine', 'component'], endToEnd: true, package: true };
    expect(readTestSelection([])).toEqual({ ...everything, name: undefined, files: [] });
    expect(readTestSelection(['-t', 'a name'])).toEqual({ ...everything, name: 'a name', files: [] });
  });

  it('runs the layers that are named', () => {
    expect(readTestSelection(['unit', 'import-rules'])).toEqual({
      layers: ['unit'],
      endToEnd: false,
      package: false,
      name: undefined,
      files: ['import-rules'],
    });
    expect(readTestSelection(['e2e'])).toMatchObject({ layers: [], endToEnd: true, package: false });
    expect(readTestSelection(['package'])).toMatchObject({ layers: [], endToEnd: false, package: true });
  });
});

describe('npm run bench, npm run fault', () => {
  it('knows without running it whether a script needs Electron', () => {
    expect(needsElectron('// x\nexport const needsElectron = true;\n')).toBe(true);
    expect(needsElectron('// export const needsElectron = true;\n')).toBe(false);
    expect(needsElectron('export const needsElectron = false;\n')).toBe(false);
  });
});
