import type { Core } from '../../core.ts';
import type { Handlers, Sender } from '../router.ts';

type CudaAddonChannel = Extract<keyof Handlers<Sender>, `cuda-addon:${string}`>;

/** What the channels of the engine for NVIDIA cards do. */
export function createCudaAddonHandlers<S extends Sender>({
  cudaAddon,
}: Pick<Core, 'cudaAddon'>): Pick<Handlers<S>, CudaAddonChannel> {
  return {
    'cuda-addon:state': () => cudaAddon.state(),
    'cuda-addon:fetch': () => cudaAddon.fetch(),
    'cuda-addon:stop': () => cudaAddon.stop(),
    'cuda-addon:remove': () => cudaAddon.remove(),
  };
}
