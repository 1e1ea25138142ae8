import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitWindow, type TurnSize } from '../../../main/engine/process/context-window.ts';
import { turnsOf } from '../../../main/services/turns.ts';
import type { HistoryMessage } from '../../../main/database/protocol.ts';
import { presets } from '../../../preload/contract/presets.ts';

interface Said {
  id: string;
  role: HistoryMessage['role'];
  text?: string;
  /** For answers: the oldest message that the model saw; null while unknown. */
  sawFrom?: string | null;
}

const windowTokens = 2048;

function message({ id, role, text = `text of ${id}`, sawFrom = null }: Said): HistoryMessage {
  return {
    id,
    role,
    text,
    generation:
      role === 'prompter'
        ? null
        : {
            modelName: 'model',
            modelSha256: null,
            presetId: 'k50',
            parameters: presets.k50,
            seed: 1,
            promptTokens: null,
            reusedTokens: null,
            replyTokens: null,
            promptMs: null,
            replyMs: null,
            stopReason: null,
            firstVisibleMessageId: sawFrom,
            windowTokens,
          },
  };
}

const ids = (said: readonly Said[]): string[] => turnsOf(said.map(message), windowTokens).map(({ id }) => id);
const q = (id: string): Said => ({ id, role: 'prompter' });
const a = (id: string, sawFrom: string | null, text?: string): Said => ({
  id,
  role: 'assistant',
  sawFrom,
  ...(text === undefined ? {} : { text }),
});

describe('the turns of a branch', () => {
  it('are id, role and text, as they were', () => {
    const said = [q('q0'), a('a0', 'q0', '  spaces\n'), q('q1')].map(message);
    expect(turnsOf(said, windowTokens)).toEqual([
      { id: 'q0', role: 'prompter', text: 'text of q0' },
      { id: 'a0', role: 'assistant', text: '  spaces\n' },
      { id: 'q1', role: 'prompter', text: 'text of q1' },
    ]);
    expect(turnsOf([], windowTokens)).toEqual([]);
  });

  it('leave out answers without a word, but no question', () => {
    expect(ids([q('q0'), a('a0', null, ''), q('q1'), a('a1', 'q0'), q('q2')])).toEqual(['q0', 'q1', 'a1', 'q2']);
  });

  it('begin with the oldest that the newest answer saw', () => {
    const said = [q('q0'), a('a0', 'q0'), q('q1'), a('a1', 'q0'), q('q2'), a('a2', 'q1'), q('q3')];
    expect(ids(said)).toEqual(['q1', 'a1', 'q2', 'a2', 'q3']);
  });

  it('of answers that do not know what they saw: the newest that knows counts', () => {
    const said = [q('q0'), a('a0', 'q0'), q('q1'), a('a1', 'q1'), q('q2'), a('a2', null), q('q3'), a('a3', null, '')];
    expect(ids(said)).toEqual(['q1', 'a1', 'q2', 'a2', 'q3']);
  });

  it('are all of them in a window of another size: what had fallen out may be seen again', () => {
    const said = [q('q0'), a('a0', 'q0'), q('q1'), a('a1', 'q1'), q('q2')].map(message);
    expect(turnsOf(said, windowTokens).map(({ id }) => id)).toEqual(['q1', 'a1', 'q2']);
    expect(turnsOf(said, 1024).map(({ id }) => id)).toEqual(['q0', 'a0', 'q1', 'a1', 'q2']);
  });

  it('never begin with an answer, whose question was cut off', () => {
    expect(ids([a('a0', null), q('q1'), a('a1', null), q('q2')])).toEqual(['q1', 'a1', 'q2']);
    expect(ids([a('a0', 'elsewhere'), q('q1')])).toEqual(['q1']);
  });

  it('are all of them when nobody knows, or when what was seen is on another branch', () => {
    expect(ids([q('q0'), a('a0', null), q('q1')])).toEqual(['q0', 'a0', 'q1']);
    expect(ids([q('q0'), a('a0', 'elsewhere'), q('q1')])).toEqual(['q0', 'a0', 'q1']);
  });
});

it('what is left out would not have been seen: the window is the same with and without it', () => {
  const contextTokens = 812;
  const exchange = fc.record({ question: fc.integer({ min: 3, max: 120 }), answer: fc.integer({ min: 3, max: 290 }) });
  fc.assert(
    fc.property(fc.array(exchange, { minLength: 1, maxLength: 40 }), (exchanges) => {
      const said: Said[] = [];
      const sizes = new Map<string, number>();
      const fit = (turns: readonly { id: string; role: TurnSize['role'] }[]): string => {
        const whole = turns.map(({ id, role }): TurnSize => ({ role, tokens: sizes.get(id) ?? 0 }));
        const result = fitWindow(whole, 1, contextTokens);
        expect(result.fits).toBe(true);
        return (result.fits ? turns[result.firstVisible]?.id : undefined) ?? '';
      };
      exchanges.forEach(({ question, answer }, index) => {
        const [questionId, answerId] = [`q${index}`, `a${index}`];
        sizes.set(questionId, question).set(answerId, answer);
        said.push({ id: questionId, role: 'prompter' });
        const seen = fit(turnsOf(said.map(message), windowTokens));
        expect(seen).toBe(fit(said));
        said.push(a(answerId, seen));
      });
    }),
  );
});
