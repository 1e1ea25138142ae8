import { describe, expect, it } from 'vitest';
import type { ConversationChange, Transcript } from '../../preload/contract/conversations.ts';
import type { RetryInput, StartInput } from '../../preload/contract/generations.ts';
import { presets, type CustomPreset } from '../../preload/contract/presets.ts';
import { newId, wholeList } from '../support/database.ts';
import { finished, lastMessage, openServices, type Services } from '../support/services.ts';

const own: CustomPreset = { id: newId(), name: 'Cold', parameters: { ...presets.k50, temperature: 0.2 } };

/** Lets the answer of `transcript` end, and gives what the engine was asked and what was stored. */
async function ended(services: Services, transcript: Transcript) {
  const { request, text, finish } = await services.engines.nextGeneration();
  text('Yes.');
  finish();
  const message = await finished(services, lastMessage(transcript).id);
  return { request, message, facts: message.generation, conversation: transcript.conversation };
}

const ask = async (services: Services, input: Partial<StartInput> = {}) =>
  ended(services, await services.generations.start({ conversationId: null, text: 'Hello', ...input }));
const askAgain = async (services: Services, input: RetryInput) =>
  ended(services, await services.generations.retry(input));

describe('the preset of an answer', () => {
  it('is that of the call, else of the conversation, else of the settings, and is stored with its parameters', async () => {
    const services = await openServices();
    await services.settings.change({ presetId: 'nucleus9', customPresets: [own] });
    const first = await ask(services);
    expect(first.facts).toMatchObject({ presetId: 'nucleus9', parameters: presets.nucleus9 });
    const conversationId = first.conversation.id;

    await services.conversations.choosePreset(conversationId, own.id);
    const second = await ask(services, { conversationId });
    expect(second.request.parameters).toEqual(own.parameters);
    expect(second.facts).toMatchObject({ presetId: own.id, parameters: own.parameters });
    const third = await ask(services, { conversationId, presetId: 'typical2' });
    expect(third.facts?.presetId).toBe('typical2');
    expect((await ask(services)).facts?.presetId, 'in another conversation').toBe('nucleus9');
    expect((await askAgain(services, { messageId: third.message.id })).facts?.presetId, 'tried again').toBe(own.id);

    await services.conversations.choosePreset(conversationId, null);
    expect((await ask(services, { conversationId })).facts?.presetId).toBe('nucleus9');
  });

  it('is the next one when a preset of the owner’s own is gone, and what was written with it keeps its parameters', async () => {
    const services = await openServices();
    await services.settings.change({ presetId: own.id, customPresets: [own] });
    const first = await ask(services);
    const conversationId = first.conversation.id;
    await services.settings.change({ customPresets: [] });
    expect((await ask(services, { conversationId })).facts?.presetId).toBe('k50');
    await services.conversations.choosePreset(conversationId, own.id);
    await services.settings.change({ presetId: 'typical3' });
    expect((await ask(services, { conversationId })).facts?.presetId).toBe('typical3');
    const { messages } = await services.conversations.open(conversationId);
    expect(messages[1]?.generation).toMatchObject({ presetId: own.id, parameters: own.parameters });

    await services.settings.change({ customPresets: [own] });
    expect((await ask(services, { conversationId })).facts?.presetId, 'once it is back').toBe(own.id);
  });

  it('follows what the owner changes in it from the next answer on', async () => {
    const services = await openServices();
    await services.settings.change({ presetId: own.id, customPresets: [own] });
    await ask(services);
    const warmer = { ...own, parameters: { ...own.parameters, temperature: 1.5 } };
    await services.settings.change({ customPresets: [warmer] });
    expect((await ask(services)).request.parameters.temperature).toBe(1.5);
  });
});

describe('choosing a preset for a conversation', () => {
  it('is told to everybody, outlives a restart and moves nothing in the list', async () => {
    const services = await openServices();
    const { conversation } = await ask(services);
    const { updatedAt } = await services.database.getConversation(conversation.id);
    const changes: ConversationChange[] = [];
    services.conversations.onChanged((change) => void changes.push(change));
    const summary = await services.conversations.choosePreset(conversation.id, 'typical3');
    expect(summary).toMatchObject({ id: conversation.id, presetId: 'typical3', updatedAt });
    expect(changes).toEqual([{ kind: 'saved', conversation: summary }]);
    await services.dispose();
    const again = await openServices({ dataFolder: services.dataFolder });
    expect(await again.conversations.list(wholeList)).toEqual([summary]);
  });

  it('fails for one that is not there', async () => {
    const services = await openServices();
    await expect(services.conversations.choosePreset(newId(), 'k50')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('repeating an answer', () => {
  it('takes its seed and its parameters, whatever is chosen by now', async () => {
    const services = await openServices();
    await services.settings.change({ customPresets: [own] });
    const first = await ask(services, { presetId: own.id, seed: 77 });
    await services.settings.change({ presetId: 'nucleus9', customPresets: [] });
    const { id: messageId } = first.message;
    const repeated = await askAgain(services, { messageId, repeat: true });
    expect(repeated.request).toMatchObject({ seed: 77, parameters: own.parameters, answerSoFar: '' });
    expect(repeated.message.siblingIds).toEqual([messageId, repeated.message.id]);
    expect(repeated.facts).toMatchObject({ seed: 77, presetId: own.id, parameters: own.parameters });
    expect((await askAgain(services, { messageId })).facts).toMatchObject({ presetId: 'nucleus9' });
  });

  it('is refused when how it came about cannot be read', async () => {
    const services = await openServices({
      around: (database) => ({
        ...database,
        getMessage: async (messageId) => ({ ...(await database.getMessage(messageId)), generation: null }),
      }),
    });
    const { message } = await ask(services);
    const again = services.generations.retry({ messageId: message.id, repeat: true });
    await expect(again).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe('where a conversation was begun', () => {
  it('is the window unless told, and stays what it was when it goes on elsewhere', async () => {
    const services = await openServices();
    expect((await ask(services)).conversation.origin).toBe('window');
    const { conversation } = await ask(services, { origin: 'quick-ask' });
    expect(conversation.origin).toBe('quick-ask');
    const later = await ask(services, { conversationId: conversation.id, origin: 'terminal' });
    expect(later.conversation.origin).toBe('quick-ask');
  });
});
