/** Messages of these quote what they were given, which may be what a person wrote. */
function isQuoting(error: Error): boolean {
  return error instanceof SyntaxError || ('code' in error && String(error.code).startsWith('ERR_INVALID_'));
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack ?? error.message;
  return isQuoting(error) ? text.replace(error.message, '(left out)') : text;
}

/**
 * The app's log, on standard error: what failed and where, never what a person wrote or a model answered.
 */
export function logFailure(where: string, error: unknown): void {
  process.stderr.write(`${new Date().toISOString()} ${where}: ${textOf(error)}\n`);
}
