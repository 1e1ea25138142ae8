import { describe, expect, test } from 'vitest';
import { TurnRange } from '../../renderer/features/transcript/turn-range.svelte.ts';
import { Turn } from '../../renderer/stores/turn.svelte.ts';

/** A branch of turns named by their place, of which those from `earlierCount` on are there. */
function branch(count: number, earlierCount = 0) {
  const turns = (from: number, to: number): Turn[] =>
    Array.from({ length: to - from }, (_, index) => {
      const id = String(from + index);
      return new Turn(
        {
          ...{ id, conversationId: 'c', parentId: null, role: 'prompter', text: id, status: 'complete' },
          ...{ errorCode: null, createdAt: 0, rating: null, siblingIds: [id], generation: null },
        },
        false,
      );
    });
  const transcript = { earlierCount, turns: turns(earlierCount, count) };
  return { transcript, turns };
}

function shown(range: TurnRange): string {
  const ids = range.turns.map(({ id }) => id);
  return `${ids[0] ?? ''}-${ids.at(-1) ?? ''}`;
}

describe('the turns on the page', () => {
  test('are the newest at first, and all of a short branch', () => {
    expect(shown(new TurnRange(branch(300, 200).transcript))).toBe('296-299');
    const short = new TurnRange(branch(3).transcript);
    expect(shown(short)).toBe('0-2');
    expect(short.first).toBe(0);
    expect(short.reachesEnd).toBe(true);
    expect(short.canGrowUp).toBe(false);
  });

  test('grow upwards as far as there are turns', () => {
    const { transcript, turns } = branch(300, 250);
    const range = new TurnRange(transcript);
    range.growUp();
    expect(shown(range)).toBe('292-299');
    for (let times = 0; times < 11; times += 1) range.growUp();
    expect(range.isShortAbove).toBe(true);
    expect(shown(range)).toBe('250-299');
    expect(range.canGrowUp).toBe(false);

    // Earlier ones that are read move nothing on the page.
    transcript.turns = [...turns(150, 250), ...transcript.turns];
    transcript.earlierCount = 150;
    expect(shown(range)).toBe('250-299');
    expect(range.canGrowUp).toBe(true);
    expect(range.isShortAbove).toBe(false);
  });

  test('are those around a message that was jumped to, and grow down to the end again', () => {
    const range = new TurnRange(branch(100).transcript);
    range.include(40);
    expect(shown(range)).toBe('36-55');
    expect(range.reachesEnd).toBe(false);
    range.growDown();
    expect(shown(range)).toBe('36-59');
    for (let times = 0; times < 10; times += 1) range.growDown();
    expect(shown(range)).toBe('36-99');
    expect(range.reachesEnd).toBe(true);
  });

  test('stay as they are when the message is among them', () => {
    const range = new TurnRange(branch(100).transcript);
    range.growUp();
    range.include(93);
    expect(shown(range)).toBe('92-99');
  });

  test('begin with the first one when the beginning is asked for', () => {
    const range = new TurnRange(branch(100).transcript);
    range.toOldest();
    expect(shown(range)).toBe('0-3');
    range.toNewest();
    expect(shown(range)).toBe('96-99');
  });

  test('follow a branch that grows, and one that is shorter', () => {
    const { transcript, turns } = branch(100);
    const range = new TurnRange(transcript);
    transcript.turns = turns(0, 102);
    expect(shown(range)).toBe('96-101');
    transcript.turns = turns(0, 10);
    expect(shown(range)).toBe('6-9');
    expect(range.reachesEnd).toBe(true);
  });
});
