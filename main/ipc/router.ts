import { inputSchemas, type Input, type Outputs } from '../../preload/contract/api.ts';
import { channels, type Channel } from '../../preload/contract/channels.ts';
import { AppError, toErrorReport, type Envelope } from '../../preload/contract/errors.ts';
import {
  recoveryChannels,
  recoveryInputs,
  type RecoveryApi,
  type RecoveryChannel,
} from '../../preload/contract/recovery.ts';
import { isReasonable } from './input-bounds.ts';

/** Who sent a call. Only the transport knows how to tell. */
export interface Sender {
  /** Whether this is the top frame of one of the app's own windows, showing the app's own page. */
  trusted: boolean;
}

/** What carries calls: Electron's IPC, or memory in a test. */
export interface IpcTransport<S extends Sender, C extends string = Channel> {
  handle(channel: C, answer: (sender: S, input: unknown) => Promise<Envelope<unknown>>): void;
}

/** One function per channel; a missing or mistyped one does not compile. */
export type Handlers<S extends Sender> = {
  [C in Channel]: (input: Input<C>, sender: S) => Promise<Outputs[C]>;
};

/** What is asked over the channels of the recovery window. */
export type RecoveryHandlers = Record<
  RecoveryChannel,
  (input: Parameters<RecoveryApi['restore']>[0] | undefined) => Promise<unknown>
>;

interface InputSchema {
  safeParse(input: unknown): { success: boolean; data?: unknown };
}

/** Checks the sender, validates the input, calls the handler and wraps what comes of it. */
function answering<S extends Sender>(
  schema: InputSchema,
  handle: (input: unknown, sender: S) => Promise<unknown>,
  logFailure: (error: unknown) => void,
): (sender: S, rawInput: unknown) => Promise<Envelope<unknown>> {
  return async (sender, rawInput) => {
    try {
      if (!sender.trusted) throw new AppError('forbidden', 'This page may not use the app.');
      const parsed = isReasonable(rawInput) ? schema.safeParse(rawInput) : null;
      if (parsed?.success !== true)
        throw new AppError('invalid-input', 'The app was asked for something it does not understand.');
      return { ok: true, value: await handle(parsed.data, sender) };
    } catch (error) {
      if (!(error instanceof AppError)) logFailure(error);
      return { ok: false, error: toErrorReport(error) };
    }
  };
}

/** Answers the channels of the recovery window. Its transport trusts that window alone, and no other trusts it. */
export function registerRecovery<S extends Sender>(
  transport: IpcTransport<S, RecoveryChannel>,
  handlers: RecoveryHandlers,
  log: (channel: RecoveryChannel, error: unknown) => void,
): void {
  for (const channel of recoveryChannels) {
    // The schema of the same channel has made sure that the input is what the handler takes.
    const handle = handlers[channel] as (input: unknown) => Promise<unknown>;
    transport.handle(
      channel,
      answering(recoveryInputs[channel], handle, (error) => log(channel, error)),
    );
  }
}

/**
 * Answers every channel: checks the sender, validates the input, calls the handler and wraps what comes of it.
 *
 * @param handlers may still be on their way: calls wait for them
 * @param log is told of unexpected failures; never of anything a person wrote
 */
export function registerHandlers<S extends Sender>(
  transport: IpcTransport<S>,
  handlers: Handlers<S> | Promise<Handlers<S>>,
  log: (channel: Channel, error: unknown) => void,
): void {
  const register = (channel: Channel): void => {
    const handle = async (input: unknown, sender: S): Promise<unknown> => {
      // The schema of the same channel has made sure that the input is what the handler takes.
      const handler = (await handlers)[channel] as (input: unknown, sender: S) => Promise<unknown>;
      return handler(input, sender);
    };
    transport.handle(
      channel,
      answering(inputSchemas[channel], handle, (error) => log(channel, error)),
    );
  };
  for (const channel of channels) register(channel);
}
