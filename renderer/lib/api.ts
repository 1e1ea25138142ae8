import type { AssistantApi } from '../../preload/contract/api.ts';
import { AppError, type Envelope } from '../../preload/contract/errors.ts';

declare global {
  interface Window {
    /** Put there by the preload script of the main window. */
    readonly assistant: AssistantApi;
  }
}

/** Waits for a call over the bridge: gives its value, or throws the failure it carries as an `AppError`. */
export async function unwrap<T>(call: Promise<Envelope<T>>): Promise<T> {
  const envelope = await call;
  if (envelope.ok) return envelope.value;
  throw AppError.fromReport(envelope.error);
}

/** The failure behind anything thrown, so that every catch can word it the same way. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError('internal', thrown instanceof Error ? thrown.message : String(thrown));
}
