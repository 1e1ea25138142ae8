import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapArguments } from '../../../../main/services/sampling-report/transformers-arguments.ts';
import { parametersSchema } from '../../../../preload/contract/presets.ts';

const sampling = { max_new_tokens: 400, do_sample: true };

describe('the arguments of transformers', () => {
  it('become the same sampling, with its defaults where nothing is named', () => {
    expect(mapArguments({ ...sampling, temperature: 0.8, top_p: 0.9, repetition_penalty: 1.2 })).toMatchObject({
      parameters: {
        temperature: 0.8,
        topK: 50,
        topP: 0.9,
        typicalP: null,
        repetitionPenalty: 1.2,
        maxNewTokens: 400,
      },
      isGreedy: false,
      notes: [],
    });
    expect(mapArguments(sampling)).toMatchObject({ parameters: { temperature: 1, topP: null, repetitionPenalty: 1 } });
    expect(mapArguments({ ...sampling, typical_p: 0.2 })).toMatchObject({ parameters: { typicalP: 0.2, topK: 50 } });
  });

  it.each([0, null])('switch top-k off with %s', (topK) => {
    expect(mapArguments({ ...sampling, top_k: topK })).toMatchObject({ parameters: { topK: null } });
  });

  it('are greedy without do_sample, whatever else they say of sampling', () => {
    for (const given of [{ do_sample: false }, {}]) {
      expect(mapArguments({ max_new_tokens: 8, temperature: 0.7, top_p: 0.5, ...given })).toMatchObject({
        parameters: { temperature: 0, topK: null, topP: null, typicalP: null, maxNewTokens: 8 },
        isGreedy: true,
      });
    }
  });

  it('sample with penalty_alpha while do_sample is on, and say that it has no effect', () => {
    const mapped = mapArguments({ ...sampling, top_k: 5, penalty_alpha: 0.6 });
    expect(mapped).toMatchObject({ parameters: { topK: 5 }, isGreedy: false });
    expect(mapped).toMatchObject({ notes: [expect.stringContaining('penalty_alpha')] });
  });

  it.each([
    ['contrastive search', { do_sample: false, top_k: 5, penalty_alpha: 0.6 }, 'contrastive search'],
    ['beams', { num_beams: 5 }, 'beam search'],
    ['groups of beams', { num_beams: 4, num_beam_groups: 2 }, 'beam search'],
    ['what nobody knows', { mirostat: 2 }, '"mirostat"'],
    ['names of every object', { toString: 1 }, '"toString"'],
    ['a value that would change something', { no_repeat_ngram_size: 3 }, '"no_repeat_ngram_size"'],
    ['a value of the wrong kind', { temperature: 'hot' }, '"temperature"'],
    ['a temperature of 0', { temperature: 0 }, '"temperature"'],
    ['values out of range', { temperature: 9 }, '"temperature"'],
    ['a penalty that rewards', { repetition_penalty: 0.5 }, '"repetition_penalty"'],
    ['no limit', { max_new_tokens: null }, '"max_new_tokens"'],
  ])('are not done by half: %s', (_name, given, words) => {
    expect(mapArguments({ ...sampling, ...given })).toEqual({ impossible: expect.stringContaining(words) as string });
  });

  it('of beams change nothing where there are none', () => {
    expect(mapArguments({ ...sampling, num_beams: 1, length_penalty: 2, early_stopping: true })).toEqual(
      mapArguments(sampling),
    );
  });
});

it('whatever the arguments are, they give parameters that the engine takes, or a reason', () => {
  const value = fc.oneof(fc.double(), fc.integer(), fc.boolean(), fc.constant(null), fc.string());
  const names = ['max_new_tokens', 'do_sample', 'temperature', 'top_k', 'top_p', 'typical_p', 'num_beams', '__proto__'];
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), value), fc.boolean(), (given, isUsual) => {
      const mapped = mapArguments(isUsual ? { ...given, ...sampling } : given);
      if ('impossible' in mapped) expect(mapped.impossible).toMatch(/^("|beam|contrastive)/);
      else expect(parametersSchema.safeParse(mapped.parameters).success).toBe(true);
    }),
  );
});
