import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { helpText, parseCommandLine } from '../../../main/arguments.ts';
import { AppError } from '../../../preload/contract/errors.ts';
import { presetIds } from '../../../preload/contract/presets.ts';
import { codeOf } from '../../support/database.ts';

const nothing = {
  ask: null,
  continueNewest: false,
  json: false,
  modelPath: null,
  presetName: null,
  seed: undefined,
  dataFolder: null,
  task: null,
  quickAsk: false,
  newConversation: false,
  hidden: false,
  link: null,
  help: false,
  version: false,
};

describe('the command line', () => {
  it('means the window when it says nothing', () => {
    expect(parseCommandLine([], true)).toEqual(nothing);
    expect(parseCommandLine([], false)).toEqual(nothing);
  });

  it('takes every option', () => {
    const args = ['--ask', 'What is a meme?', '--continue', '--json', '--model', 'm.gguf', '--preset', 'nucleus9'];
    expect(parseCommandLine([...args, '--seed', '42', '--data', '/d', '--help', '--version'], true)).toEqual({
      ask: 'What is a meme?',
      continueNewest: true,
      json: true,
      modelPath: 'm.gguf',
      presetName: 'nucleus9',
      seed: 42,
      dataFolder: '/d',
      task: null,
      quickAsk: false,
      newConversation: false,
      hidden: false,
      link: null,
      help: true,
      version: true,
    });
    expect(parseCommandLine(['--ask=x', '--seed=0'], true)).toMatchObject({ ask: 'x', seed: 0 });
    expect(parseCommandLine(['--seed', '4294967295'], true).seed).toBe(0xffff_ffff);
    expect(parseCommandLine(['--preset', 'My own'], true).presetName).toBe('My own');
  });

  it.each(['-1', '4294967296', '1.5', '1e3', '0x10', '', ' 1', 'one', '9'.repeat(40)])(
    'refuses the seed %j',
    (seed) => {
      expect(codeOf(() => parseCommandLine([`--seed=${seed}`], true))).toBe('invalid-input');
    },
  );

  it('is explained with the presets there are', () => {
    expect(presetIds.every((id) => helpText.includes(id))).toBe(true);
  });

  it('refuses what it does not know in the terminal, and lets Chromium’s switches pass to the window', () => {
    for (const args of [['--no-sandbox'], ['stray'], ['--ask'], ['--json=yes']]) {
      expect(
        codeOf(() => parseCommandLine(args, true)),
        args.join(' '),
      ).toBe('invalid-input');
    }
    expect(parseCommandLine(['--no-sandbox', '--enable-features=X', 'oasst://x', '--data', '/d'], false)).toEqual({
      ...nothing,
      link: 'oasst://x',
      dataFolder: '/d',
    });
  });

  it('knows what only the window can show, and says so in the terminal', () => {
    expect(parseCommandLine(['--quick-ask', '--new', '--hidden'], false)).toEqual({
      ...nothing,
      ...{ quickAsk: true, newConversation: true, hidden: true },
    });
    for (const word of ['--quick-ask', '--new', '--hidden']) {
      expect(codeOf(() => parseCommandLine([word], true))).toBe('invalid-input');
      expect(helpText).toContain(word);
    }
  });

  it('fails with a sentence for the terminal, or not at all', () => {
    const word = fc.oneof(
      fc.constantFrom('--ask', '--seed', '--preset', '--data', '--model', '--json', '--continue', '--help', '--', '-x'),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), fc.boolean(), (args, strict) => {
        try {
          parseCommandLine(args, strict);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect((error as AppError).message).toMatch(/[.”"']$/);
        }
      }),
    );
  });
});
