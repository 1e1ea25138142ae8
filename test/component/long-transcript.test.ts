import { screen } from '@testing-library/svelte';
import { describe, expect, test } from 'vitest';
import { FakeAssistant } from './fake-api.ts';
import { ask, inTurn, openConversation, openWindow, settle, turn } from './open-window.ts';

function texts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `Text ${String(index + 1)}`);
}

function page(): HTMLElement {
  return screen.getByRole('region', { name: 'Transcript' });
}

/** There is no layout here: the page is always near its beginning, so every scroll event asks for more. */
async function scrollUp(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    page().dispatchEvent(new Event('scroll'));
    await settle();
    await settle();
  }
}

function turnsOnPage(): number {
  return screen.getAllByRole('article').length;
}

describe('a long conversation', () => {
  test('shows its end at once, with the right numbers', async () => {
    await openConversation(texts(520));
    expect(turnsOnPage()).toBe(4);
    expect(inTurn('Question 259').getByText('Text 517')).toBeTruthy();
    expect(inTurn('Answer 260').getByText('Text 520')).toBeTruthy();
  });

  test('grows where the reader scrolls up, and reads further ahead', async () => {
    const { fake } = await openConversation(texts(520));
    await scrollUp(1);
    expect(turnsOnPage()).toBe(8);
    expect(fake.callsOf('conversations.earlier')).toEqual([]);
    await scrollUp(24);
    expect(fake.callsOf('conversations.earlier')).toHaveLength(1);
    expect(turnsOnPage()).toBeGreaterThanOrEqual(100);
    expect(turnsOnPage()).toBeLessThan(200);
    expect(inTurn('Question 220').getByText('Text 439')).toBeTruthy();
  });

  test('leads to its beginning and back without putting everything on the page', async () => {
    const { fake, user } = await openConversation(texts(520));
    page().focus();
    await user.keyboard('{Control>}{Home}{/Control}');
    await expect.poll(() => screen.queryByRole('article', { name: 'Question 1' })).not.toBeNull();
    expect(fake.callsOf('conversations.earlier')).toHaveLength(5);
    expect(turnsOnPage()).toBeLessThan(60);
    expect(screen.queryByRole('article', { name: 'Answer 260' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Jump to the newest' }));
    await settle();
    expect(inTurn('Answer 260').getByText('Text 520')).toBeTruthy();
    expect(turnsOnPage()).toBeLessThan(60);
    expect(document.activeElement).toBe(page());
  });

  test('goes on to the end when a question is sent from its beginning', async () => {
    const open = await openConversation(texts(520));
    page().focus();
    await open.user.keyboard('{Home}');
    await expect.poll(() => screen.queryByRole('article', { name: 'Question 1' })).not.toBeNull();
    const id = await ask(open, 'More?');
    open.fake.say(id, 'Yes.');
    await settle();
    expect(inTurn('Answer 261').getByText('Yes.')).toBeTruthy();
  });

  test('keeps what was read further up when the page is read again', async () => {
    const { fake, stores } = await openConversation(texts(300));
    await stores.transcript.readEarlier();
    expect(stores.transcript.turns).toHaveLength(200);
    fake.conversations.tell({ kind: 'renewed' });
    await settle();
    expect(stores.transcript.turns).toHaveLength(200);
    expect(stores.transcript.earlierCount).toBe(100);
    await stores.transcript.readToBeginning();
    expect(stores.transcript.turns.map(({ text }) => text)).toEqual(texts(300));
    expect(stores.transcript.earlierCount).toBe(0);
  });

  test('says that the earlier messages could not be read, and tries again when asked', async () => {
    const { fake, stores, user } = await openConversation(texts(120));
    fake.fail('conversations.earlier', ['database-unreadable', 'The database could not be read.']);
    await scrollUp(30);
    expect(fake.callsOf('conversations.earlier')).toHaveLength(1);
    expect(screen.getByText('The earlier messages could not be read. The database could not be read.')).toBeTruthy();
    fake.failing.clear();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await settle();
    expect(stores.transcript.earlierCount).toBe(0);
  });

  test('drops a page that comes after the reader went elsewhere', async () => {
    const fake = new FakeAssistant();
    const other = fake.addConversation('Other', ['x', 'y']);
    const { stores } = await openConversation(texts(300), fake);
    const reading = stores.transcript.readEarlier();
    await stores.transcript.open(other);
    await reading;
    expect(stores.transcript.turns.map(({ text }) => text)).toEqual(['x', 'y']);
    expect(stores.transcript.earlierCount).toBe(0);
  });

  test('text that comes touches the turn that it belongs to and no other', async () => {
    const open = await openConversation(texts(200));
    const id = await ask(open, 'More?');
    open.fake.say(id, 'It begins. ');
    await settle();
    const changed = new Set<string | undefined>();
    const observer = new MutationObserver((records) => {
      for (const { target } of records) {
        const element = target instanceof Element ? target : target.parentElement;
        changed.add(
          element?.closest<HTMLElement>('[data-turn]')?.dataset['turn'] ?? element?.closest('[role]')?.role ?? '',
        );
      }
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    for (const piece of ['It goes ', 'on and ', 'on. ']) {
      open.fake.say(id, piece);
      await settle();
    }
    observer.takeRecords().forEach(({ target }) => {
      const element = target instanceof Element ? target : target.parentElement;
      changed.add(
        element?.closest<HTMLElement>('[data-turn]')?.dataset['turn'] ?? element?.closest('[role]')?.role ?? '',
      );
    });
    observer.disconnect();
    expect(inTurn('Answer 101').getByText('It begins. It goes on and on.')).toBeTruthy();
    // What a screen reader hears is the only other thing that follows the text.
    expect([...changed].toSorted()).toEqual([id, 'log'].toSorted());
  });
});

describe('a message that is asked for', () => {
  test('is shown on its branch, marked and has the focus', async () => {
    const fake = new FakeAssistant();
    const id = fake.addConversation('Cats', texts(300));
    const { messages } = fake.conversations.find(id);
    await openWindow(fake);
    const wanted = messages[99]?.id ?? '';
    fake.open({ kind: 'conversation', conversationId: id, messageId: wanted });
    await expect.poll(() => document.activeElement?.getAttribute('data-turn')).toBe(wanted);
    expect(inTurn('Answer 50').getByText('Text 100')).toBeTruthy();
    expect(turn('Answer 50').classList.contains('marked')).toBe(true);
    expect(fake.settings.lastConversationId).toBe(id);
    expect(turnsOnPage()).toBeLessThan(100);
  });

  test('on another branch of the conversation on the page is shown there', async () => {
    const { fake, id, stores } = await openConversation(['First wording', 'First answer']);
    const [, answer] = fake.conversations.find(id).messages;
    fake.addMessage(id, { role: 'prompter', text: 'Second wording' });
    await stores.transcript.open(id);
    await settle();
    expect(inTurn('Question 1').getByText('Second wording')).toBeTruthy();
    fake.open({ kind: 'conversation', conversationId: id, messageId: answer?.id ?? '' });
    await expect.poll(() => document.activeElement?.getAttribute('data-turn')).toBe(answer?.id);
    expect(inTurn('Answer 1').getByText('First answer')).toBeTruthy();
  });

  test('that is gone leaves its conversation and says so', async () => {
    const fake = new FakeAssistant();
    const id = fake.addConversation('Cats', ['What?', 'That.']);
    await openWindow(fake);
    fake.fail('conversations.selectBranch', ['not-found', 'This message is no longer there.']);
    fake.open({ kind: 'conversation', conversationId: id, messageId: '00000000-0000-7000-8000-00000000ffff' });
    await settle();
    await settle();
    expect(inTurn('Answer 1').getByText('That.')).toBeTruthy();
    expect(screen.getByText('This message is no longer there.')).toBeTruthy();
  });
});
