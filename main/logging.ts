/**
 * The app's log, on standard error: what failed and where, never what a person wrote or a model answered.
 */
export function logFailure(where: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${new Date().toISOString()} ${where}: ${text}\n`);
}
