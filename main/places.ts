import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { printPagesSwitch, productName, programName } from './identity.ts';

/** Where the parts of the app lie. */
export interface AppPlaces {
  /** A plain Node binary for the engine. */
  nodePath: string;
  engineEntry: string;
  inspectionEntry: string;
  installationEntry: string;
  databaseWorker: URL;
  /** The Electron that prints for the terminal; null where only whoever starts the terminal knows one. */
  electronPath: string | null;
  /** What makes that Electron print: a module, or a switch of the installed app. */
  printingEntry: string;
  guidePath: string;
  cataloguePath: string;
  /** What is known of the add-on for NVIDIA cards; there only if one was made with this copy of the app. */
  cudaArchivePath: string;
  licencesPath: string;
  iconFolder: string;
}

/**
 * In which form the app runs: the project's sources under a Node that reads TypeScript, the project's built files, or an
 * installed package.
 */
export type AppLayout = 'sources' | 'built' | 'packaged';

const nodeName = process.platform === 'win32' ? 'node.exe' : 'node';

/**
 * @param root the project's folder, or the `resources` folder of an installed package. There, what plain Node runs lies in
 * `engine`, outside the archive that only Electron can read.
 */
export function appPlaces(root: string, layout: AppLayout): AppPlaces {
  const resources = layout === 'packaged' ? root : join(root, 'resources');
  return {
    ...codePlaces(root, layout),
    guidePath: join(resources, 'guide-model', 'guide.gguf'),
    cataloguePath: join(resources, 'model-catalogue.json'),
    cudaArchivePath: join(resources, 'cuda-addon.json'),
    licencesPath: join(root, 'THIRD_PARTY.md'),
    iconFolder: join(resources, 'icons'),
  };
}

type CodePlaces = Omit<AppPlaces, 'guidePath' | 'cataloguePath' | 'cudaArchivePath' | 'licencesPath' | 'iconFolder'>;

function codePlaces(root: string, layout: AppLayout): CodePlaces {
  if (layout === 'packaged') {
    return {
      ...builtCode(join(root, 'engine', 'main'), join(root, 'engine', nodeName)),
      electronPath: installedProgram(root),
      printingEntry: printPagesSwitch,
    };
  }
  const ownNode = join(root, 'node_modules', 'node', 'bin', nodeName);
  const nodePath = existsSync(ownNode) ? ownNode : 'node';
  const printing = { electronPath: null, printingEntry: join(root, 'out', 'main', 'printing.js') };
  if (layout === 'built') return { ...builtCode(join(root, 'out', 'main'), nodePath), ...printing };
  return {
    ...printing,
    nodePath,
    engineEntry: join(root, 'main', 'engine', 'process', 'index.ts'),
    inspectionEntry: join(root, 'main', 'engine', 'process', 'inspection.ts'),
    installationEntry: join(root, 'main', 'installation', 'process', 'index.ts'),
    databaseWorker: pathToFileURL(join(root, 'main', 'database', 'worker.ts')),
  };
}

/** The program that an installed `resources` folder belongs to. */
function installedProgram(resources: string): string {
  if (process.platform === 'darwin') return join(resources, '..', 'MacOS', productName);
  return join(resources, '..', process.platform === 'win32' ? `${productName}.exe` : programName);
}

function builtCode(folder: string, nodePath: string): Omit<CodePlaces, 'electronPath' | 'printingEntry'> {
  return {
    nodePath,
    engineEntry: join(folder, 'engine.js'),
    inspectionEntry: join(folder, 'inspection.js'),
    installationEntry: join(folder, 'installation.js'),
    databaseWorker: pathToFileURL(join(folder, 'database-worker.js')),
  };
}
