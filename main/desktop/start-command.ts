import { programName } from '../identity.ts';

export interface StartFacts {
  isPackaged: boolean;
  /** The program itself: the installed app, or Electron. */
  executable: string;
  env: NodeJS.ProcessEnv;
  /** The project's folder, which Electron is started with when the app is not packaged. */
  appFolder: string;
  /** Switches of this start that another one needs as well. */
  switches: readonly string[];
  /** The data folder where it is not the usual one: another folder is another app. */
  dataFolder: string | null;
}

/** The words that start this app again, the program first. */
export function startCommand({ isPackaged, executable, env, appFolder, switches, dataFolder }: StartFacts): string[] {
  const data = dataFolder === null ? [] : ['--data', dataFolder];
  // An AppImage runs from a place that is gone tomorrow; this is the file itself.
  if (isPackaged) return [env['APPIMAGE'] ?? executable, ...data];
  return [executable, ...switches, appFolder, ...data];
}

/** Whether a shell reads the word as it stands. */
const plainWord = /^[\w@%+=:,./-]+$/;

function shellWord(word: string, platform: NodeJS.Platform): string {
  if (plainWord.test(word)) return word;
  return platform === 'win32' ? `"${word.replaceAll('"', '""')}"` : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A line for the desktop's own shortcut settings that opens the quick window. */
export function quickAskCommand(facts: StartFacts, platform: NodeJS.Platform): string {
  const [program = facts.executable, ...rest] = startCommand(facts);
  // A package of the system puts the program where shells find it.
  const isOnPath = facts.isPackaged && platform === 'linux' && facts.env['APPIMAGE'] === undefined;
  const words = [isOnPath ? programName : program, ...rest, '--quick-ask'];
  return words.map((word) => shellWord(word, platform)).join(' ');
}
