import { describe, expect, test } from 'vitest';
import { StickToBottom, type ScrollBox } from '../../renderer/lib/scroll/stick-to-bottom.ts';

/** A box of 400 px with 1,000 px of content, scrolled as a browser would. */
function createBox() {
  const box = {
    scrollHeight: 1000,
    clientHeight: 400,
    top: 0,
    get scrollTop() {
      return this.top;
    },
    set scrollTop(value: number) {
      this.top = Math.max(0, Math.min(value, this.scrollHeight - this.clientHeight));
    },
  } satisfies ScrollBox & { top: number };
  const changes: boolean[] = [];
  const stick = new StickToBottom(box, (isStuck) => changes.push(isStuck));
  stick.toEnd();
  return { box, stick, changes };
}

describe('the scroll controller', () => {
  test('follows growing content while the reader is at the end', () => {
    const { box, stick } = createBox();
    box.scrollHeight = 1300;
    stick.resized();
    expect(box.scrollTop).toBe(900);
  });

  test('lets go as soon as the reader scrolls up, and stays there', () => {
    const { box, stick, changes } = createBox();
    box.scrollTop = 300;
    stick.scrolled();
    expect(changes).toEqual([false]);
    box.scrollHeight = 1300;
    stick.resized();
    expect(box.scrollTop).toBe(300);
  });

  test('holds on again when the reader comes back to the end', () => {
    const { box, stick, changes } = createBox();
    box.scrollTop = 300;
    stick.scrolled();
    box.scrollTop = 570;
    stick.scrolled();
    expect(changes).toEqual([false, true]);
    box.scrollHeight = 1300;
    stick.resized();
    expect(box.scrollTop).toBe(900);
  });

  test('takes a step of a few pixels for still being at the end', () => {
    const { box, stick } = createBox();
    box.scrollTop = 560;
    stick.scrolled();
    expect(stick.isStuck).toBe(true);
  });

  test('does not mistake shrinking content for a reader who left', () => {
    const { box, stick } = createBox();
    box.scrollHeight = 2000;
    stick.resized();
    // A long block above turned out shorter; the browser moves the position along, a little late.
    box.scrollHeight = 1500;
    box.scrollTop = 900;
    stick.scrolled();
    expect(stick.isStuck).toBe(true);
    stick.resized();
    expect(box.scrollTop).toBe(1100);
  });

  test('does not mistake a scroll event that comes after new text for a reader who left', () => {
    const { box, stick } = createBox();
    box.scrollHeight = 1200;
    stick.scrolled();
    expect(stick.isStuck).toBe(true);
  });

  test('lets go when another place is asked for', () => {
    const { box, stick, changes } = createBox();
    stick.letGo();
    box.scrollHeight = 1300;
    stick.resized();
    expect(box.scrollTop).toBe(600);
    expect(changes).toEqual([false]);
  });

  test('goes to the end when asked, wherever the reader is', () => {
    const { box, stick, changes } = createBox();
    box.scrollTop = 0;
    stick.scrolled();
    stick.toEnd();
    expect(box.scrollTop).toBe(600);
    expect(changes).toEqual([false, true]);
  });
});
