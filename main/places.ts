import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where the parts of the app lie, in the built app and when its sources run directly. */
export interface AppPlaces {
  /** A plain Node binary for the engine. */
  nodePath: string;
  engineEntry: string;
  inspectionEntry: string;
  installationEntry: string;
  databaseWorker: URL;
  /** Electron runs it, so there is only the built one. */
  printingEntry: string;
  guidePath: string;
  cataloguePath: string;
  licencesPath: string;
}

/**
 * @param root the project's (or the packaged app's) folder
 * @param parts where the engine's and the worker's code lie: built files, or sources for a Node that runs TypeScript
 */
export function appPlaces(root: string, parts: 'built' | 'sources'): AppPlaces {
  const builtFolder = join(root, 'out', 'main');
  const windows = process.platform === 'win32';
  const node = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
  const code =
    parts === 'built'
      ? {
          engineEntry: join(builtFolder, 'engine.js'),
          inspectionEntry: join(builtFolder, 'inspection.js'),
          installationEntry: join(builtFolder, 'installation.js'),
          worker: join(builtFolder, 'database-worker.js'),
        }
      : {
          engineEntry: join(root, 'main', 'engine', 'process', 'index.ts'),
          inspectionEntry: join(root, 'main', 'engine', 'process', 'inspection.ts'),
          installationEntry: join(root, 'main', 'installation', 'process', 'index.ts'),
          worker: join(root, 'main', 'database', 'worker.ts'),
        };
  return {
    nodePath: existsSync(node) ? node : 'node',
    engineEntry: code.engineEntry,
    inspectionEntry: code.inspectionEntry,
    installationEntry: code.installationEntry,
    databaseWorker: pathToFileURL(code.worker),
    printingEntry: join(builtFolder, 'printing.js'),
    guidePath: join(root, 'resources', 'guide-model', 'guide.gguf'),
    cataloguePath: join(root, 'resources', 'model-catalogue.json'),
    licencesPath: join(root, 'THIRD_PARTY.md'),
  };
}
