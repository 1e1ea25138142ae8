import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createExports } from '../../../../main/services/export/exports.ts';
import { createImports } from '../../../../main/services/import/imports.ts';
import type { ImportReport } from '../../../../preload/contract/exchange.ts';
import type { DatabaseOperations } from '../../../../main/database/protocol.ts';
import { memoryOperations, temporaryFolder } from '../../../support/database.ts';

/** The real operations as promises, as the worker offers them. */
function asClient(operations: DatabaseOperations) {
  return {
    listExportable: async () => operations.listExportable(),
    readConversations: async (ids: readonly string[]) => operations.readConversations(ids),
    getConversation: async (id: string) => operations.getConversation(id),
    getMessage: async (id: string) => operations.getMessage(id),
    stageImport: async (...args: Parameters<DatabaseOperations['stageImport']>) => operations.stageImport(...args),
    mergeStaged: async (isDryRun: boolean) => operations.mergeStaged(isDryRun),
    dropStaged: async () => operations.dropStaged(),
  };
}

/** Exports and imports over a real database in memory, and a folder for their files. */
export function exchange(operations = memoryOperations(), folder = temporaryFolder()) {
  const database = asClient(operations);
  const exports = createExports({ database, presetName: (presetId) => presetId });
  const imports = createImports({ database, now: () => 5_000 });
  const importText = (text: string | Buffer, name = 'file.json', isDryRun = false): Promise<ImportReport> => {
    const path = join(folder, name);
    writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
    return imports.run({ path, isDryRun });
  };
  return {
    ...{ operations, folder, exports, imports, importText },
    /** Everything that is stored. */
    stored: () => operations.readConversations(operations.listExportable()).conversations,
    lines: (records: readonly unknown[], name = 'file.jsonl', isDryRun = false) =>
      importText(records.map((record) => `${JSON.stringify(record)}\n`).join(''), name, isDryRun),
  };
}
