/**
 * Every way an operation can fail, as a closed set: the renderer words each one for people, so nothing reaches a
 * window as a raw exception text. `details` holds plain facts for that wording (numbers, names), never a stack.
 */
export const errorCodes = [
  'invalid-input',
  'forbidden',
  'not-found',
  'busy',
  'database-unreadable',
  'database-newer',
  'database-readonly',
  'disk-full',
  'model-missing',
  'model-unreadable',
  'model-unsupported',
  'hash-mismatch',
  'checkpoint-unreadable',
  'network-failed',
  'cancelled',
  'out-of-memory',
  'engine-crashed',
  'engine-stalled',
  'engine-failed',
  'prompt-too-long',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Plain, structured-cloneable facts about a failure, e.g. `{ usedTokens: 2300, limitTokens: 1920 }`. */
export type ErrorDetails = Record<string, string | number | boolean>;

/** What crosses a process boundary instead of an exception. */
export interface ErrorReport {
  code: ErrorCode;
  /** One plain sentence: what happened, what was kept, what to do. */
  message: string;
  details: ErrorDetails;
}

/** The answer of every IPC call. Custom error fields do not survive the context bridge, so failures travel as data. */
export type Envelope<T> = { ok: true; value: T } | { ok: false; error: ErrorReport };

/** An expected failure with a code. Anything else that is thrown becomes `internal`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }

  /** The form that crosses processes. */
  toReport(): ErrorReport {
    return { code: this.code, message: this.message, details: this.details };
  }

  /** The typed error behind a report from another process. */
  static fromReport(report: ErrorReport): AppError {
    return new AppError(report.code, report.message, report.details);
  }
}

/** Turns anything thrown into a report; an unexpected error keeps its text in `details.cause` for the log. */
export function toErrorReport(thrown: unknown): ErrorReport {
  if (thrown instanceof AppError) return thrown.toReport();
  const cause = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: 'internal',
    message: 'Something inside the app failed. Nothing that was saved is affected.',
    details: { cause },
  };
}
