import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { bundledNode } from '../../scripts/setup/paths.mjs';

/** A history for tests that need one, brought in as an owner would: by the terminal, from a file. */

const projectRoot = resolve(import.meta.dirname, '..', '..');

/** What tests say of a conversation; answers under one question are branches of it, the last one is shown. */
export interface WrittenConversation {
  title: string;
  question: string;
  answers: string[];
  updatedAt: number;
}

/** The id of the thing with this name, the same in every run. */
export function idFor(name: string): string {
  const digits = createHash('sha256').update(name).digest('hex');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-7${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

/** Imports conversations into a data folder. */
export async function importHistory(dataFolder: string, conversations: readonly WrittenConversation[]): Promise<void> {
  await importFile(dataFolder, inOwnForm(conversations));
}

/** Imports one conversation of these texts, question first; gives the ids of its messages. */
export async function importLongConversation(
  dataFolder: string,
  title: string,
  texts: readonly string[],
): Promise<string[]> {
  const ids = texts.map((_text, index) => idFor(`message ${String(index)} of ${title}`));
  const messages = texts.map((text, index) => ({
    ...{ id: ids[index], parentId: ids[index - 1] ?? null, role: index % 2 === 0 ? 'prompter' : 'assistant', text },
    ...{ status: 'complete', createdAt: index, generation: null, imported: null },
  }));
  const conversation = {
    ...{ id: idFor(title), title, titleByHand: true, createdAt: 0, updatedAt: texts.length, origin: 'window' },
    ...{ presetId: null, currentLeafId: ids.at(-1), messages },
  };
  const form = { format: 'oasst-desktop-conversations', version: 1, branches: 'all', conversations: [conversation] };
  await importFile(dataFolder, form);
  return ids;
}

async function importFile(dataFolder: string, form: unknown): Promise<void> {
  const path = join(dataFolder, 'history.json');
  writeFileSync(path, JSON.stringify(form));
  const entry = join(projectRoot, 'main', 'cli', 'index.ts');
  await promisify(execFile)(bundledNode, [entry, '--import', path, '--data', dataFolder]);
}

function inOwnForm(conversations: readonly WrittenConversation[]): unknown {
  return {
    ...{ format: 'oasst-desktop-conversations', version: 1, branches: 'all' },
    conversations: conversations.map(({ title, question, answers, updatedAt }) => {
      const questionId = idFor(`question of ${title}`);
      const message = {
        ...{
          status: 'complete',
          errorCode: null,
          createdAt: updatedAt,
          rating: null,
          generation: null,
          imported: null,
        },
      };
      const written = answers.map((text, index) => ({
        ...{ id: idFor(`answer ${String(index)} of ${title}`), parentId: questionId, role: 'assistant', text },
        ...message,
      }));
      return {
        ...{ id: idFor(title), title, titleByHand: true, createdAt: updatedAt, updatedAt, origin: 'window' },
        ...{ presetId: null, isPinned: false, isArchived: false, folder: null },
        currentLeafId: written.at(-1)?.id ?? questionId,
        messages: [{ id: questionId, parentId: null, role: 'prompter', text: question, ...message }, ...written],
      };
    }),
  };
}
