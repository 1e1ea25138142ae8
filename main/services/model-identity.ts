import { AppError } from '../../preload/contract/errors.ts';
import type { ModelFacts, PromptFormat } from '../../preload/contract/library.ts';
import type { DatabaseClient } from '../database/protocol.ts';

/** What has to be known of a file before the engine may see it. */
export interface ModelIdentity {
  promptFormat: PromptFormat;
  /** What its content has to be; null when nothing was recorded. */
  sha256: string | null;
}

export interface ModelIdentityOptions {
  database: Pick<DatabaseClient, 'listModels'>;
  guidePath: string;
  /** Looks at an unknown file in a process of its own. */
  inspect: (path: string) => Promise<ModelFacts>;
}

/**
 * Makes the function that says how a model file is to be used: the guide and the models of the library are known, any
 * other file (`--model`) is looked at first.
 *
 * @returns a function that throws AppError `model-*` when the file cannot be used
 */
export function createModelIdentity({ database, guidePath, inspect }: ModelIdentityOptions) {
  return async (path: string): Promise<ModelIdentity> => {
    if (path === guidePath) return { promptFormat: { kind: 'open-assistant' }, sha256: null };
    const known = (await database.listModels()).find((model) => model.path === path);
    const facts = known?.facts ?? (await inspect(path));
    const { promptFormat, withoutFormat } = facts;
    if (promptFormat === null) {
      throw new AppError(
        'model-unsupported',
        withoutFormat ?? 'This file does not say how its prompts are built. Add it on the models page.',
      );
    }
    return { promptFormat, sha256: known?.sha256 ?? null };
  };
}

/**
 * Refuses a file that is not the one it should be.
 *
 * @param found its SHA-256; null when it could not be read as a whole, which the load will tell
 * @throws AppError `hash-mismatch`
 */
export function checkKnownFile(expected: string | null, found: string | null): void {
  if (expected === null || found === null || expected === found) return;
  throw new AppError(
    'hash-mismatch',
    'This file is not the one that was added: its content has changed. It was not used. Get the model again, or remove ' +
      'it and add the file anew if the change was yours.',
    { expected, found },
  );
}
