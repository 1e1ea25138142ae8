import { AppError } from '../../../preload/contract/errors.ts';
import type { Core } from '../../core.ts';
import type { Handlers, Sender } from '../router.ts';

type LibraryChannel = Extract<keyof Handlers<Sender>, `library:${string}`>;

/** What the models page needs of the desktop. */
export interface LibraryDesktop<S> {
  /** Lets the owner pick a file; null when the dialog was cancelled. */
  chooseModelFile(sender: S): Promise<string | null>;
  /** Shows a file in the system's file manager. */
  reveal(path: string): void;
}

/** What the channels of the models page do. */
export function createLibraryHandlers<S extends Sender>(
  { library, generations, models }: Pick<Core, 'library' | 'generations' | 'models'>,
  desktop: LibraryDesktop<S>,
): Pick<Handlers<S>, LibraryChannel> {
  const refuseWhileAnswering = (): void => {
    if (!generations.isBusy()) return;
    throw new AppError('busy', 'An answer is still being written. Stop it before changing the model.');
  };
  return {
    'library:get': async () => (await library()).get(),
    'library:inspect-file': async ({ path }, sender) => {
      const chosen = path ?? (await desktop.chooseModelFile(sender));
      return chosen === null ? null : (await library()).inspectFile(chosen);
    },
    'library:add-file': async (input) => (await library()).addFile(input),
    'library:use': async ({ modelId, ignoreMemory = false }) => {
      refuseWhileAnswering();
      return (await library()).use(modelId, { ignoreMemory });
    },
    'library:verify': async ({ modelId }) => (await library()).verify(modelId),
    'library:cancel-reading': async ({ of }) => {
      await (await library()).cancelReading(of);
      return null;
    },
    'library:reveal': async ({ modelId }) => {
      desktop.reveal(await (await library()).pathOf(modelId));
      return null;
    },
    'library:remove': async ({ modelId }) => {
      const here = await library();
      if ((await here.pathOf(modelId)) === models.path()) refuseWhileAnswering();
      await here.remove(modelId);
      return null;
    },
    'library:install': async ({ catalogueId, type }) => (await library()).installations.install(catalogueId, type),
    'library:pause-installation': async ({ installationId }) => {
      await (await library()).installations.pause(installationId);
      return null;
    },
    'library:resume-installation': async ({ installationId }) => {
      (await library()).installations.resume(installationId);
      return null;
    },
    'library:cancel-installation': async ({ installationId }) => {
      await (await library()).installations.cancel(installationId);
      return null;
    },
  };
}
