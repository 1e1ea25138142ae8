import { describe, expect, it } from 'vitest';
import { estrange, fill, Random, variants } from '../../resources/guide-model/augment.ts';
import {
  intentsOf,
  normalize,
  OFF_TOPIC,
  readDataset,
  split,
  topicsOf,
  validate,
} from '../../resources/guide-model/dataset.ts';
import type { Dataset, Group } from '../../resources/guide-model/dataset.ts';

const data = readDataset();
const intents = intentsOf(data);
const followUps = data.groups.filter((g) => g.parent !== undefined);

const group = (id: string, texts: string[], answers: string[]): Group => ({
  id,
  phrasings: texts.map((text) => ({ text, pinned: false })),
  answers,
});
const dataset = (...groups: Group[]): Dataset => ({ groups, templates: [], lists: new Map() });
const fifteenWays = Array.from({ length: 15 }, (_, i) => `How is thing ${String(i)}?`);

describe('the guide’s data', () => {
  it('has no problems', () => {
    expect(validate(data)).toEqual([]);
  });

  it('covers at least 250 intents, 100 follow-ups and 600 off-topic questions', () => {
    expect(intents.length).toBeGreaterThanOrEqual(250);
    expect(followUps.length).toBeGreaterThanOrEqual(100);
    const offTopic = data.groups.find((g) => g.id === OFF_TOPIC);
    expect(offTopic?.phrasings.length).toBeGreaterThanOrEqual(600);
    expect(offTopic?.answers.length).toBeGreaterThanOrEqual(3);
  });

  it('asks every intent in at least fifteen ways and holds a fifth of them out', () => {
    for (const intent of intents) {
      const { train, heldOut } = split(intent);
      expect(intent.phrasings.length, intent.id).toBeGreaterThanOrEqual(15);
      expect(heldOut.length, intent.id).toBeGreaterThanOrEqual(intent.phrasings.length / 5);
      expect(train.filter((text) => heldOut.includes(text))).toEqual([]);
    }
  });

  it('gives every answer a topic of its own', () => {
    const topics = topicsOf(data);
    expect(new Set(topics.values()).size).toBe(topics.size);
    expect(data.groups.flatMap((g) => g.answers).filter((answer) => !topics.has(answer))).toEqual([]);
    expect([...topics.values()].filter((name) => name.startsWith(OFF_TOPIC))).toHaveLength(
      data.groups.find((g) => g.id === OFF_TOPIC)?.answers.length ?? 0,
    );
  });

  it('never holds a pinned phrasing out', () => {
    for (const g of data.groups) {
      const pinned = g.phrasings.filter((p) => p.pinned).map((p) => p.text);
      expect(split(g).heldOut.filter((text) => pinned.includes(text))).toEqual([]);
    }
  });

  it('trains the model card’s three example questions as they are', () => {
    const trained = new Set(data.groups.flatMap((g) => split(g).train));
    expect(trained).toContain("What is a meme, and what's the history behind this word?");
    expect(trained).toContain("What's the Earth total population");
    expect(trained).toContain('Write a story about future of AI development');
  });
});

describe('validate', () => {
  it('reports a question that two intents share, whatever its case and marks', () => {
    const twice = dataset(
      group('one', fifteenWays, ['A calm and plain answer.']),
      group('two', ['how is THING 0', ...fifteenWays.slice(1)], ['Another calm answer.']),
    );
    expect(validate(twice).join('\n')).toContain('"how is THING 0" is already in one');
  });

  it('reports too few phrasings, a missing answer and a loud or personal one', () => {
    const problems = validate(
      dataset(
        group('few', ['Only this?'], []),
        group('loud', fifteenWays, ['That is great news for everyone!', 'I think that we know this.']),
      ),
    ).join('\n');
    expect(problems).toContain('few: 1 of at least 15 phrasings');
    expect(problems).toContain('few: no answer');
    expect(problems).toContain('loud: an exclamation mark');
    expect(problems).toContain('loud: a person speaks');
  });

  it('reports an id that two files use, and a name that is no fact', () => {
    const problems = validate(
      dataset(group('one', fifteenWays, ['A calm and plain answer.']), group('one', [], ['Press {{key.of-nothing}}.'])),
    ).join('\n');
    expect(problems).toContain('one: the id is taken');
    expect(problems).toContain('one: no fact is called "key.of-nothing"');
  });

  it('reports a follow-up that takes its answer from nowhere', () => {
    const followUp = { ...group('one/1', fifteenWays, []), parent: 'one', answerFrom: 'two' };
    expect(validate(dataset(followUp)).join('\n')).toContain('one/1: no answer from "two"');
  });

  it('reports a template whose list is missing', () => {
    expect(validate({ ...dataset(), templates: ['What is {thing}?'] })).toEqual([
      '"What is {thing}?": no list "thing"',
    ]);
  });
});

describe('variants', () => {
  it('are the same for the same seed, distinct, and start with the question itself', () => {
    const made = variants('How do I delete a conversation?', 30, new Random(4));
    expect(made).toEqual(variants('How do I delete a conversation?', 30, new Random(4)));
    expect(made[0]).toBe('How do I delete a conversation?');
    expect(new Set(made).size).toBe(made.length);
    expect(made.length).toBeGreaterThan(15);
  });

  it('fill templates from their lists', () => {
    const filled = fill(
      'Who likes {thing}?',
      { groups: [], templates: [], lists: new Map([['thing', ['pears']]]) },
      new Random(1),
    );
    expect(filled).toBe('Who likes pears?');
  });

  it('estrange a question by its telling words only', () => {
    expect(estrange('How do I rename a conversation?', ['pears'], new Random(1))).toBe('How do I pears a pears?');
    expect(estrange('What is it?', ['pears'], new Random(1))).toBeUndefined();
  });

  it('compare questions without case and outer marks', () => {
    expect(normalize('  What is it?! ')).toBe(normalize('what is it'));
  });
});
