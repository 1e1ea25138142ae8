import type { Message } from '../../preload/contract/conversations.ts';
import { AppError } from '../../preload/contract/errors.ts';
import type { GenerationEvent } from '../../preload/contract/generations.ts';
import type { Settings } from '../../preload/contract/settings.ts';
import type { CommandLine } from '../arguments.ts';
import type { Core } from '../core.ts';
import { presetIdByName, presetNameOf } from '../services/presets.ts';
import { createPageLinkFilter } from './page-links.ts';

/** What the terminal gives: where answers, notes and Ctrl+C go to and come from. */
export interface Terminal {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown; isTTY?: boolean };
  once(signal: 'SIGINT', listener: () => void): unknown;
  off(signal: 'SIGINT', listener: () => void): unknown;
}

/** Model output may hold control sequences that would act on the terminal; only line breaks and tabs are let through. */
export function forTerminal(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\uFFFD');
}

function tokensPerSecond({ generation }: Message): number | null {
  const { replyTokens, replyMs } = generation ?? {};
  if (replyTokens === null || replyTokens === undefined || !replyMs) return null;
  return Math.round((replyTokens / replyMs) * 10_000) / 10;
}

/** The one line of `--json`. */
function summaryOf(message: Message, settings: Settings): string {
  const { generation } = message;
  return JSON.stringify({
    conversationId: message.conversationId,
    messageId: message.id,
    text: message.text,
    status: message.status,
    stopReason: generation?.stopReason ?? null,
    error: message.errorCode,
    model: generation?.modelName ?? null,
    preset: generation === null ? null : presetNameOf(settings, generation.presetId),
    seed: generation?.seed ?? null,
    tokens: generation?.replyTokens ?? null,
    tokensPerSecond: tokensPerSecond(message),
    promptTokens: generation?.promptTokens ?? null,
    promptTokensReused: generation?.reusedTokens ?? null,
    promptTokensRead:
      generation?.promptTokens != null && generation.reusedTokens !== null
        ? generation.promptTokens - generation.reusedTokens
        : null,
  });
}

async function newestConversation(core: Core): Promise<string> {
  const [newest] = await core.conversations.newest(1);
  if (newest === undefined) throw new AppError('not-found', 'There is no conversation to continue yet.');
  return newest.id;
}

/**
 * Asks one question, saved like any other, and writes the answer: streamed as it comes, or as one line of JSON.
 *
 * @returns whether there is an answer; the first Ctrl+C stops it and keeps what was written
 */
export async function ask(core: Core, question: string, options: CommandLine, terminal: Terminal): Promise<boolean> {
  const { json, presetName, seed } = options;
  const note = (text: string): void => {
    if (terminal.stderr.isTTY === true && !json) terminal.stderr.write(text);
  };
  const presetId = presetName === null ? undefined : presetIdByName(core.settings.get(), presetName);
  const conversationId = options.continueNewest ? await newestConversation(core) : null;
  const model = await core.models.ensureLoaded();
  note(`${model.name}\n`);

  const events: GenerationEvent[] = [];
  let take = (event: GenerationEvent): void => {
    events.push(event);
  };
  const stopListening = core.onGenerationEvent((event) => {
    take(event);
  });
  const transcript = await core.generations.start({
    ...{ conversationId, text: question, presetId, seed },
    origin: 'terminal',
  });
  const messageId = transcript.messages.at(-1)?.id ?? '';
  const interrupt = (): void => {
    void core.generations.stop({ messageId });
  };
  terminal.once('SIGINT', interrupt);

  const shown = createPageLinkFilter((text) => terminal.stdout.write(forTerminal(text)));
  const message = await new Promise<Message>((resolve) => {
    take = (event) => {
      if (event.messageId !== messageId) return;
      if (event.kind === 'text' && !json) shown.write(event.text);
      if (event.kind === 'finished') resolve(event.message);
    };
    for (const event of events) take(event);
  });
  shown.end();
  stopListening();
  terminal.off('SIGINT', interrupt);

  terminal.stdout.write(json ? `${summaryOf(message, core.settings.get())}\n` : '\n');
  if (message.status === 'failed') {
    throw new AppError(
      message.errorCode ?? 'internal',
      core.models.status().error?.message ?? 'There is no answer: the model failed.',
    );
  }
  return message.status === 'complete' && message.text.trim() !== '';
}
