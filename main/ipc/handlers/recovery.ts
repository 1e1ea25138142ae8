import { AppError } from '../../../preload/contract/errors.ts';
import type { Recovery } from '../../services/recovery.ts';
import type { RecoveryHandlers } from '../router.ts';

/** How the recovery window is left: for another attempt to open the conversations, or for good. */
export type RecoveryDecision = 'again' | 'quit';

export interface RecoveryHandlerOptions {
  /** Of the attempt that failed last. */
  recovery: () => Recovery;
  decide: (decision: RecoveryDecision) => void;
  showFolder: () => void;
}

/** What each channel of the recovery window does. */
export function createRecoveryHandlers({ recovery, decide, showFolder }: RecoveryHandlerOptions): RecoveryHandlers {
  const again = async (): Promise<null> => {
    decide('again');
    return null;
  };
  return {
    'recovery:state': () => recovery().state(),
    'recovery:try-again': again,
    'recovery:go-on': again,
    'recovery:open-as-is': () => {
      recovery().acceptAsIs();
      return again();
    },
    'recovery:salvage': () => recovery().salvage(),
    'recovery:restore': async (input) => {
      if (input === undefined) throw new AppError('invalid-input', 'No backup was named.');
      return recovery().restore(input.backupId);
    },
    'recovery:start-empty': () => recovery().startEmpty(),
    'recovery:cancel': async () => {
      recovery().cancel();
      return null;
    },
    'recovery:show-folder': async () => {
      showFolder();
      return null;
    },
    'recovery:quit': async () => {
      decide('quit');
      return null;
    },
  };
}
