import { expect, it } from 'vitest';
import { createEmitter } from '../../../main/services/emitter.ts';
import { createLiveAnswers } from '../../../main/services/live-answers.ts';

it('an emitter tells who listens, and goes on when a listener leaves while it tells', () => {
  const emitter = createEmitter<number>();
  const heard: string[] = [];
  const leave = emitter.on((value) => {
    heard.push(`a${value}`);
    leave();
  });
  emitter.on((value) => heard.push(`b${value}`));
  emitter.emit(1);
  emitter.emit(2);
  expect(heard).toEqual(['a1', 'b1', 'b2']);
});

it('live answers are found by message and conversation until they end, and number their events', () => {
  const live = createLiveAnswers();
  const events: unknown[] = [];
  live.onEvent((event) => events.push(event));
  const answer = live.add('m1', 'c1', '');
  live.add('m2', 'c2', 'so far');
  expect(live.of('c1')).toEqual([answer]);
  live.tell(answer, { kind: 'text', text: 'a' });
  live.tell(answer, { kind: 'queued', ahead: 1 });
  expect(events).toEqual([
    { kind: 'text', text: 'a', messageId: 'm1', conversationId: 'c1', seq: 1 },
    { kind: 'queued', ahead: 1, messageId: 'm1', conversationId: 'c1', seq: 2 },
  ]);
  live.remove(answer);
  expect(live.get('m1')).toBeUndefined();
  expect(live.get('m2')?.text).toBe('so far');
});
