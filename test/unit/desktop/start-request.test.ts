import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../main/arguments.ts';
import { codeOf } from '../../support/database.ts';
import { hostilePageAddresses } from '../../support/hostile/answers.ts';
import {
  checkHandOver,
  readStartRequest,
  requestOfCommandLine,
  requestOfLink,
} from '../../../main/desktop/start-request.ts';

const messageId = '01a206fd-37a5-7199-a8ff-d346d2c32e69';
const requestOf = (...args: string[]) => requestOfCommandLine(parseCommandLine(args, false));

describe('a start of the app', () => {
  it.each([
    [[], { kind: 'window' }],
    [['--no-sandbox', '/some/folder'], { kind: 'window' }],
    [['--new'], { kind: 'new-conversation' }],
    [['--hidden'], { kind: 'hidden' }],
    [['--quick-ask'], { kind: 'quick-ask', text: null, isQuestion: false }],
    [['--ask', 'What is a meme?'], { kind: 'quick-ask', text: 'What is a meme?', isQuestion: true }],
    [['--ask', ' '], { kind: 'quick-ask', text: null, isQuestion: false }],
    [['--quick-ask', '--ask', 'x', '--hidden'], { kind: 'quick-ask', text: 'x', isQuestion: true }],
    [['oasst://ask?q=x'], { kind: 'quick-ask', text: 'x', isQuestion: false }],
    [['oasst://ask'], { kind: 'quick-ask', text: null, isQuestion: false }],
    [[`oasst://message/${messageId}`], { kind: 'message', messageId }],
    [['oasst://message/latest'], { kind: 'window' }],
    [['oasst://open/models'], { kind: 'page', page: 'models' }],
    [['oasst://open/settings/data'], { kind: 'page', page: 'settings/data' }],
    [['oasst://elsewhere?q=x'], { kind: 'window' }],
    [['https://ask?q=x'], { kind: 'window' }],
    [['oasst://ask?q=--ask%20x'], { kind: 'quick-ask', text: '--ask x', isQuestion: false }],
  ])('%j', (args, request) => {
    expect(requestOf(...args)).toEqual(request);
  });

  it('is handed over as it is', () => {
    const links = [[`oasst://message/${messageId}`], ['oasst://open/settings/data']];
    for (const args of [['--ask', 'x'], ['--new'], ['--hidden'], ...links, []]) {
      const request = requestOf(...args);
      expect(readStartRequest(structuredClone(request))).toEqual(request);
    }
  });

  it('opens the window when it says what this version does not know', () => {
    for (const handedOver of [
      null,
      undefined,
      'quick-ask',
      {},
      { kind: 'erase' },
      { kind: 'message', messageId: 1 },
      { kind: 'page', page: 'x' },
    ]) {
      expect(readStartRequest(handedOver)).toEqual({ kind: 'window' });
    }
  });
});

it('a start that is too long to be handed over is refused before it is tried', () => {
  expect(() => checkHandOver(['oasst-desktop', '--ask', 'x'.repeat(7000)])).not.toThrow();
  expect(codeOf(() => checkHandOver(['oasst-desktop', '--ask', 'x'.repeat(8000)]))).toBe('invalid-input');
  expect(codeOf(() => checkHandOver(['oasst-desktop', 'ü'.repeat(4000)]))).toBe('invalid-input');
});

it.each(hostilePageAddresses)('%s opens no page', (link) => {
  expect(requestOfLink(link).kind).not.toBe('page');
});

it('a link never asks by itself', () => {
  expect(requestOfLink('oasst://ask?q=x&isQuestion=true')).toEqual({ kind: 'quick-ask', text: 'x', isQuestion: false });
});
