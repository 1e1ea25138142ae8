import type { AssistantApi } from '../../preload/contract/api.ts';
import type { AppInfo, AppOpening, MenuCommand } from '../../preload/contract/app.ts';
import type { ConversationOrigin, GenerationFacts, Message, Transcript } from '../../preload/contract/conversations.ts';
import { AppError, type Envelope, type ErrorReport } from '../../preload/contract/errors.ts';
import type { DraftPreview, GenerationEvent } from '../../preload/contract/generations.ts';
import type { ModelStatus } from '../../preload/contract/models.ts';
import type { Settings } from '../../preload/contract/settings.ts';
import { FakeBackups } from './fake-backups.ts';
import { FakeConversations } from './fake-conversations.ts';
import { FakeCudaAddon } from './fake-cuda-addon.ts';
import { FakeDesktop } from './fake-desktop.ts';
import { FakeDrafts } from './fake-drafts.ts';
import { FakeExchange } from './fake-exchange.ts';
import { FakeFolders } from './fake-folders.ts';
import { FakeLibrary, follow } from './fake-library.ts';
import { FakeMessages } from './fake-messages.ts';
import { FakeQueue } from './fake-queue.ts';
import { FakeQuickAsk } from './fake-quick-ask.ts';
import { FakeSearch } from './fake-search.ts';
import { FakeTrash } from './fake-trash.ts';
import { untouchedSettings } from './fake-settings.ts';
import { FakeUpdates } from './fake-updates.ts';

type Step =
  | { kind: 'queued'; ahead: number }
  | { kind: 'loading'; fraction: number }
  | { kind: 'reading'; done: number; total: number; reused: number }
  | { kind: 'text'; text: string };

const readyModel: ModelStatus = {
  state: 'ready',
  name: 'OASST SFT-1 12B',
  fileName: 'oasst-sft-1-12b-Q4_K_M.gguf',
  sizeBytes: 7_580_000_000,
  quantization: 'Q4_K_M',
  isGuide: false,
  loadFraction: null,
  contextTokens: 2048,
  threads: 2,
  gpu: null,
  error: null,
};

export const guideModel: ModelStatus = {
  ...readyModel,
  name: 'OASST guide',
  fileName: 'guide.gguf',
  sizeBytes: 9_400_000,
  quantization: 'Q8_0',
  isGuide: true,
};

/** Facts of a finished answer; tests change what they look at. */
export function facts(change: Partial<GenerationFacts> = {}): GenerationFacts {
  return {
    modelName: 'OASST SFT-1 12B',
    modelSha256: null,
    presetId: 'k50',
    parameters: { temperature: 0.75, topK: 50, topP: 0.95, typicalP: null, repetitionPenalty: 1.2, maxNewTokens: 1024 },
    seed: 7,
    promptTokens: 540,
    reusedTokens: 300,
    replyTokens: 20,
    promptMs: 4000,
    replyMs: 4000,
    stopReason: 'end-of-text',
    firstVisibleMessageId: null,
    windowTokens: 2048,
    ...change,
  };
}

function uuid(n: number): string {
  return `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** The main process as a window sees it: it keeps conversations in memory, and tests decide when the model says what. */
export class FakeAssistant {
  readonly calls: { method: string; input: unknown }[] = [];
  model: ModelStatus = readyModel;
  /** What the model says about a draft; null while it cannot tell. */
  preview: DraftPreview | null = null;
  stateCacheBytes = 12_000_000;
  settings: Settings = { ...untouchedSettings };
  info: AppInfo = {
    version: '0.1.0',
    dataFolder: '/home/owner/.config/OASST Desktop',
    platform: 'linux',
    electronVersion: '45.4.1',
  };
  licences = 'Licences';
  nowMs = Date.now();
  /** Methods that fail, by name, with what. */
  readonly failing = new Map<string, ErrorReport>();
  /** Runs after a method changed the state and before it answers: events may overtake an answer. */
  beforeAnswer: ((method: string) => void) | null = null;

  readonly conversations = new FakeConversations();
  readonly folders = new FakeFolders((method, input, work) => this.#answer(method, input, work), this.conversations);
  readonly search = new FakeSearch((method, input, work) => this.#answer(method, input, work));
  readonly trash = new FakeTrash((method, input, work) => this.#answer(method, input, work));
  readonly messages = new FakeMessages((method, input, work) => this.#answer(method, input, work), this);
  readonly drafts = new FakeDrafts((method, input, work) => this.#answer(method, input, work));
  readonly queue = new FakeQueue((method, input, work) => this.#answer(method, input, work));
  readonly backups = new FakeBackups((method, input, work) => this.#answer(method, input, work));
  readonly library = new FakeLibrary((method, input, work) => this.#answer(method, input, work));

  readonly exchange = new FakeExchange(
    (method, input, work) => this.#answer(method, input, work),
    () => this.conversations.tell({ kind: 'renewed' }),
  );
  readonly desktop = new FakeDesktop((method, input, work) => this.#answer(method, input, work));
  readonly quickAsk = new FakeQuickAsk((method, input, work) => this.#answer(method, input, work));
  readonly updates = new FakeUpdates((method, input, work) => this.#answer(method, input, work));
  readonly cudaAddon = new FakeCudaAddon((method, input, work) => this.#answer(method, input, work));

  readonly #seqs = new Map<string, number>();
  readonly #openedListeners = new Set<(opening: AppOpening) => void>();
  readonly #menuListeners = new Set<(command: MenuCommand) => void>();
  readonly #generationListeners = new Set<(event: GenerationEvent) => void>();
  readonly #modelListeners = new Set<(status: ModelStatus) => void>();
  readonly #settingsListeners = new Set<(settings: Settings) => void>();
  #nextId = 1;

  readonly api: AssistantApi = {
    app: {
      info: () => this.#answer('app.info', undefined, () => this.info),
      licences: () => this.#answer('app.licences', undefined, () => this.licences),
      copyText: (input) => this.#answer('app.copyText', input, () => null),
      openLink: (input) => this.#answer('app.openLink', input, () => ({ opened: true })),
      onOpened: (listener) => follow(this.#openedListeners, listener),
      onMenuCommand: (listener) => follow(this.#menuListeners, listener),
    },
    conversations: {
      list: (input) => this.#answer('conversations.list', input, () => this.conversations.list(input)),
      open: (input) => this.#answer('conversations.open', input, () => this.transcript(input.conversationId)),
      earlier: (input) =>
        this.#answer('conversations.earlier', input, () => this.messages.earlier(input.beforeMessageId)),
      rename: (input) =>
        this.#answer('conversations.rename', input, () =>
          this.conversations.save(input.conversationId, { title: input.title }),
        ),
      organise: (input) => this.#answer('conversations.organise', input, () => this.conversations.organise(input)),
      delete: (input) =>
        this.#answer('conversations.delete', input, () => this.conversations.delete(input.conversationIds)),
      restore: (input) =>
        this.#answer('conversations.restore', input, () => this.conversations.restore(input.conversationIds)),
      forget: (input) => this.#answer('conversations.forget', input, () => null),
      keep: (input) =>
        this.#answer('conversations.keep', input, () =>
          this.conversations.save(input.conversationId, { isTemporary: false }),
        ),
      choosePreset: (input) =>
        this.#answer('conversations.choosePreset', input, () =>
          this.conversations.save(input.conversationId, { presetId: input.presetId }),
        ),
      selectBranch: (input) =>
        this.#answer('conversations.selectBranch', input, () =>
          this.messages.select(input.conversationId, input.messageId),
        ),
      onChanged: (listener) => this.conversations.onChanged(listener),
    },
    generations: {
      start: (input) =>
        this.#answer('generations.start', input, () => {
          const id = input.conversationId ?? this.addConversation(input.text.slice(0, 40), []);
          const { insteadOf, text } = input;
          const { leafId } = this.conversations.find(id);
          const parentId = insteadOf === undefined ? leafId : this.message(insteadOf).parentId;
          this.#begin(id, this.addMessage(id, { role: 'prompter', text, parentId }).id, 1);
          const isTemporary = input.isTemporary ?? this.conversations.find(id).summary.isTemporary;
          this.conversations.save(id, { updatedAt: this.nowMs, isTemporary });
          return this.transcript(id);
        }),
      retry: (input) =>
        this.#answer('generations.retry', input, () => {
          const { id, conversationId, parentId, role } = this.message(input.messageId);
          this.#begin(conversationId, role === 'prompter' ? id : parentId, input.count ?? 1);
          return this.transcript(conversationId);
        }),
      continue: (input) =>
        this.#answer('generations.continue', input, () => {
          const answer = this.message(input.messageId);
          this.#replace({ ...answer, status: 'generating', errorCode: null });
          this.#seqs.set(answer.id, 0);
          return this.transcript(answer.conversationId);
        }),
      stop: (input) =>
        this.#answer('generations.stop', input, () => {
          this.finish(input.messageId, { status: 'stopped', generation: facts({ stopReason: 'stopped' }) });
          return null;
        }),
      preview: (input) => this.#answer('generations.preview', input, () => this.preview),
      onEvent: (listener) => follow(this.#generationListeners, listener),
    },
    models: {
      status: () => this.#answer('models.status', undefined, () => this.model),
      load: (input) => this.#answer('models.load', input, () => this.model),
      stateCache: () => this.#answer('models.stateCache', undefined, () => ({ sizeBytes: this.stateCacheBytes })),
      clearStateCache: () =>
        this.#answer('models.clearStateCache', undefined, () => {
          this.stateCacheBytes = 0;
          return { sizeBytes: 0 };
        }),
      onChanged: (listener) => follow(this.#modelListeners, listener),
    },
    messages: this.messages.api,
    drafts: this.drafts.api,
    queue: this.queue.api,
    folders: this.folders.api,
    search: this.search.api,
    trash: this.trash.api,
    backups: this.backups.api,
    library: this.library.api,
    exchange: this.exchange.api,
    desktop: this.desktop.api,
    quickAsk: this.quickAsk.api,
    updates: this.updates.api,
    cudaAddon: this.cudaAddon.api,
    settings: {
      get: () => this.#answer('settings.get', undefined, () => this.settings),
      change: (patch) =>
        this.#answer('settings.change', patch, () => {
          this.settings = { ...this.settings, ...(patch as Partial<Settings>) };
          return this.settings;
        }),
      onChanged: (listener) => follow(this.#settingsListeners, listener),
    },
  };

  /** Puts a conversation of finished turns there, question first; gives its id. */
  addConversation(
    title: string,
    texts: string[],
    updatedAt = this.nowMs,
    origin: ConversationOrigin = 'window',
  ): string {
    const id = uuid(this.#nextId++);
    this.conversations.add({
      ...{ id, title, createdAt: updatedAt, updatedAt, origin, presetId: null },
      ...{ folderId: null, isPinned: false, isArchived: false, isTemporary: false },
    });
    let parentId: string | null = null;
    texts.forEach((text, index) => {
      const isAnswer = index % 2 === 1;
      const message = this.addMessage(id, {
        role: isAnswer ? 'assistant' : 'prompter',
        text,
        parentId,
        generation: isAnswer ? facts() : null,
      });
      parentId = message.id;
    });
    return id;
  }

  addMessage(conversationId: string, change: Partial<Message>): Message {
    const stored = this.conversations.find(conversationId);
    const message: Message = {
      id: uuid(this.#nextId++),
      conversationId,
      parentId: null,
      role: 'prompter',
      text: '',
      status: 'complete',
      errorCode: null,
      createdAt: this.nowMs,
      rating: null,
      siblingIds: [],
      generation: null,
      ...change,
    };
    stored.messages.push(message);
    stored.leafId = message.id;
    return message;
  }

  message(id: string): Message {
    const message = this.conversations.stored
      .flatMap(({ messages }) => messages)
      .find((candidate) => candidate.id === id);
    if (message === undefined) throw new Error(`no message ${id}`);
    return message;
  }

  /** The message that is being written, newest first. */
  running(): Message {
    const message = this.conversations.stored
      .flatMap(({ messages }) => messages)
      .findLast(({ status }) => status === 'generating');
    if (message === undefined) throw new Error('no answer is running');
    return message;
  }

  transcript(conversationId: string): Transcript {
    return this.messages.transcript(conversationId);
  }

  seqOf(messageId: string): number {
    return this.#seqs.get(messageId) ?? 0;
  }

  /** One step of a running answer, numbered and sent to the window. */
  advance(messageId: string, step: Step): GenerationEvent {
    const event = this.nextEvent(messageId, step);
    if (step.kind === 'text') {
      const message = this.message(messageId);
      this.#replace({ ...message, text: message.text + step.text });
    }
    this.send(event);
    return event;
  }

  /** Numbers a step without sending it. */
  nextEvent(messageId: string, step: Step): GenerationEvent {
    const seq = this.seqOf(messageId) + 1;
    this.#seqs.set(messageId, seq);
    return { messageId, conversationId: this.message(messageId).conversationId, seq, ...step };
  }

  say(messageId: string, text: string): GenerationEvent {
    return this.advance(messageId, { kind: 'text', text });
  }

  finish(messageId: string, change: Partial<Message> = {}): void {
    const message = this.message(messageId);
    this.#replace({ ...message, status: 'complete', generation: facts(), ...change });
    const finished = this.messages.withSiblings(this.message(messageId));
    const { conversationId } = message;
    this.send({ messageId, conversationId, seq: this.seqOf(messageId) + 1, kind: 'finished', message: finished });
  }

  send(event: GenerationEvent): void {
    for (const listener of this.#generationListeners) listener(event);
  }

  choose(command: MenuCommand): void {
    for (const listener of this.#menuListeners) listener(command);
  }

  /** Something outside the window asks it to show this. */
  open(opening: AppOpening): void {
    for (const listener of this.#openedListeners) listener(opening);
  }

  setModel(change: Partial<ModelStatus>): void {
    this.model = { ...this.model, ...change };
    for (const listener of this.#modelListeners) listener(this.model);
  }

  callsOf(method: string): unknown[] {
    return this.calls.filter((call) => call.method === method).map(({ input }) => input);
  }

  fail(method: string, error: ConstructorParameters<typeof AppError>): void {
    this.failing.set(method, new AppError(...error).toReport());
  }

  async #answer<T>(method: string, input: unknown, work: () => T): Promise<Envelope<T>> {
    // What crosses the bridge is cloned; a proxy would fail here as it does there.
    this.calls.push({ method, input: structuredClone(input) });
    const error = this.failing.get(method);
    if (error !== undefined) return { ok: false, error };
    const value = structuredClone(work());
    this.beforeAnswer?.(method);
    await Promise.resolve();
    return { ok: true, value };
  }

  /** Empty answers to a question; the first of them is shown. */
  #begin(conversationId: string, parentId: string | null, count: number): void {
    const answers = Array.from({ length: count }, () =>
      this.addMessage(conversationId, { role: 'assistant', parentId, status: 'generating' }),
    );
    this.conversations.find(conversationId).leafId = answers[0]?.id ?? null;
  }

  #replace(message: Message): void {
    const stored = this.conversations.find(message.conversationId);
    stored.messages = stored.messages.map((candidate) => (candidate.id === message.id ? message : candidate));
  }
}
