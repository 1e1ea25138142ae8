import { screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { FakeAssistant, facts } from './fake-api.ts';
import { ask, inTurn, openConversation, openWindow, settle, spoken, turn } from './open-window.ts';

describe('an answer that is being written', () => {
  test('shows what it waits for, with numbers', async () => {
    const open = await openWindow();
    const id = await ask(open, 'Hello');
    open.fake.advance(id, { kind: 'queued', ahead: 1 });
    await settle();
    expect(inTurn('Answer 1').getByText('waiting for one answer ahead')).toBeTruthy();
    open.fake.advance(id, { kind: 'loading', fraction: 0.429 });
    await settle();
    expect(inTurn('Answer 1').getByText('loading the model 42 %')).toBeTruthy();
    open.fake.advance(id, { kind: 'reading', done: 312, total: 540, reused: 300 });
    await settle();
    expect(inTurn('Answer 1').getByText('reading 312 of 540 tokens, 300 already read')).toBeTruthy();
    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('57');
  });

  test('grows and finishes', async () => {
    const open = await openWindow();
    const id = await ask(open, 'Hello');
    open.fake.say(id, 'Good ');
    open.fake.say(id, 'day.');
    await settle();
    expect(inTurn('Answer 1').getByText('Good day.')).toBeTruthy();
    expect(turn('Answer 1').getAttribute('aria-busy')).toBe('true');
    open.fake.finish(id);
    await settle();
    expect(turn('Answer 1').getAttribute('aria-busy')).toBe('false');
    expect(inTurn('Answer 1').getByRole('button', { name: 'Retry answer' })).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Send' })).toBeTruthy();
  });

  test('takes each event exactly once', async () => {
    const open = await openWindow();
    const id = await ask(open, 'Hello');
    const first = open.fake.say(id, 'one ');
    open.fake.send(first);
    open.fake.say(id, 'two');
    open.fake.send(first);
    await settle();
    expect(inTurn('Answer 1').getByText('one two')).toBeTruthy();
  });

  test('keeps events that overtake the snapshot, and drops those it holds already', async () => {
    const open = await openWindow();
    open.fake.beforeAnswer = (method) => {
      if (method !== 'generations.start') return;
      open.fake.beforeAnswer = null;
      const { id } = open.fake.running();
      // The snapshot was taken before these three.
      open.fake.say(id, 'a');
      open.fake.say(id, 'b');
      open.fake.say(id, 'c');
    };
    const id = await ask(open, 'Hello');
    open.fake.say(id, 'd');
    await settle();
    expect(inTurn('Answer 1').getByText('abcd')).toBeTruthy();
  });

  test('takes a fresh snapshot when an event is missing', async () => {
    const open = await openWindow();
    const id = await ask(open, 'Hello');
    open.fake.say(id, 'one ');
    const lost = open.fake.nextEvent(id, { kind: 'text', text: 'two ' });
    expect(lost.seq).toBe(2);
    open.fake.say(id, 'three');
    await settle();
    await settle();
    // The fake stores only what it sent; what matters is that the window asked again and goes on from there.
    expect(open.fake.callsOf('conversations.open')).toHaveLength(1);
    open.fake.say(id, ' four');
    await settle();
    expect(inTurn('Answer 1').getByText('one three four')).toBeTruthy();
  });

  test('goes on from the snapshot when its conversation is opened in the middle', async () => {
    const fake = new FakeAssistant();
    const other = fake.addConversation('Other', ['x', 'y']);
    const open = await openWindow(fake);
    const id = await ask(open, 'Hello');
    fake.say(id, 'one ');
    await open.user.click(screen.getByRole('button', { name: 'Other' }));
    await settle();
    fake.say(id, 'two ');
    expect(open.stores.transcript.wantedId).toBe(other);
    await open.user.click(screen.getByRole('button', { name: /^Hello/ }));
    await settle();
    fake.say(id, 'three');
    await settle();
    expect(inTurn('Answer 1').getByText('one two three')).toBeTruthy();
  });

  test('asks once, not for every event, about an answer on another branch', async () => {
    const { fake, id } = await openConversation(['Question', 'Answer']);
    const opened = fake.callsOf('conversations.open').length;
    for (const seq of [1, 2, 3]) {
      fake.send({
        messageId: '00000000-0000-7000-8000-ffffffffffff',
        conversationId: id,
        seq,
        kind: 'text',
        text: 'word ',
      });
      await settle();
    }
    expect(inTurn('Answer 1').getByText('Answer')).toBeTruthy();
    expect(fake.callsOf('conversations.open')).toHaveLength(opened + 1);
  });

  test('stops by button and by Escape, and keeps its text', async () => {
    const open = await openWindow();
    const first = await ask(open, 'Hello');
    open.fake.say(first, 'Half an');
    await settle();
    await open.user.click(screen.getByRole('button', { name: 'Stop' }));
    await settle();
    expect(open.fake.callsOf('generations.stop')).toEqual([{ messageId: first }]);
    expect(inTurn('Answer 1').getByText('Stopped. The text so far is kept.')).toBeTruthy();
    expect(inTurn('Answer 1').getByText('Half an')).toBeTruthy();

    const second = await ask(open, 'Again');
    await open.user.keyboard('{Escape}');
    await settle();
    expect(open.fake.callsOf('generations.stop')).toEqual([{ messageId: first }, { messageId: second }]);
  });

  test('leaves the nodes of finished blocks alone', async () => {
    const open = await openWindow();
    const id = await ask(open, 'Hello');
    open.fake.say(id, '# Title\n\nFirst paragraph.\n\n```js\nconst a = 1;\n```\n\nSecond par');
    await settle();
    const article = turn('Answer 1');
    const before = ['h3', 'p', 'pre', '.hljs-keyword'].map((selector) => article.querySelector(selector));
    expect(before.every((node) => node !== null)).toBe(true);
    for (const piece of ['agraph.', '\n\n- one\n', '- two\n\n', '## Next\n\nThe end']) {
      open.fake.say(id, piece);
      await settle();
    }
    open.fake.finish(id);
    await settle();
    expect(['h3', 'p', 'pre', '.hljs-keyword'].map((selector) => article.querySelector(selector))).toEqual(before);
    before.forEach((node) => {
      expect(node?.isConnected).toBe(true);
    });
    expect(inTurn('Answer 1').getByText('Second paragraph.')).toBeTruthy();
  });

  test('is spoken by sentence, and its end is told', async () => {
    const open = await openWindow();
    const id = await ask(open, 'Hello');
    open.fake.say(id, 'The **first** sen');
    await settle();
    expect(spoken()).toBe('');
    open.fake.say(id, 'tence. The second');
    await settle();
    expect(spoken()).toBe('The first sentence.');
    open.fake.finish(id);
    await settle();
    expect(spoken()).toBe('The first sentence.The secondAnswer finished.');
  });

  test('tells a screen reader that it failed, and why', async () => {
    const open = await openWindow();
    const id = await ask(open, 'Hello');
    open.fake.finish(id, {
      status: 'failed',
      errorCode: 'engine-crashed',
      generation: facts({ stopReason: 'failed' }),
    });
    await settle();
    expect(spoken()).toContain('The answer failed. The engine that runs the model ended unexpectedly.');
  });

  test('marks its conversation in the list while it is written', async () => {
    const open = await openWindow();
    const id = await ask(open, 'Hello');
    open.fake.say(id, 'x');
    await settle();
    expect(screen.getByRole('button', { name: 'Hello , an answer is being written' })).toBeTruthy();
    open.fake.finish(id);
    await settle();
    expect(screen.getByRole('button', { name: 'Hello' })).toBeTruthy();
  });
});
