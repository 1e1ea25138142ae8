import type { CudaAddonState, CudaArchive } from '../../preload/contract/cuda-addon.ts';
import { formatBytes, formatBytesOf, formatDuration } from './format.ts';

/** What the app says about the engine for NVIDIA cards. */

export const cudaWhat =
  'llama.cpp’s own engine for NVIDIA cards, made with CUDA. Vulkan, which comes with the app, uses them as well.';

export const cudaLibrariesMissing =
  'It needs NVIDIA’s CUDA libraries, version 12 or 13, which were not found on this machine. It is not used until they are installed.';

export const cudaNotMade =
  'This copy of the app was built without a CUDA engine to fetch. NVIDIA cards are used through Vulkan.';

export const unusedWords: Record<NonNullable<CudaAddonState['unused']>, string> = {
  earlier: 'A CUDA engine of an earlier version of the app is still here. It is not used.',
  damaged: 'The CUDA engine that is here is damaged. It is not used.',
  unfinished: 'A part of a CUDA engine was fetched and is still here. It is not used.',
};

/** How large the download is, where it comes from and where it will lie. */
export function cudaOffer({ url, sizeBytes, unpackedBytes }: CudaArchive): string {
  return `${formatBytes(sizeBytes)} to fetch from ${new URL(url).host}, ${formatBytes(unpackedBytes)} on the disk afterwards. What comes is compared with its SHA-256 before it is unpacked.`;
}

/** What the button asks for, with what it costs. */
export function cudaFetchWords({ sizeBytes }: CudaArchive): string {
  return `Fetch it, ${formatBytes(sizeBytes)}`;
}

/** How far it is; null where there is nothing to tell. */
export function cudaProgress({ step, archive }: CudaAddonState): { text: string; fraction: number } | null {
  if (archive === null) return null;
  switch (step.kind) {
    case 'fetching': {
      const left = step.secondsLeft === null ? '' : `, ${formatDuration(step.secondsLeft)} left`;
      const text = `Fetching it: ${formatBytesOf(step.fetchedBytes, archive.sizeBytes)}${left}`;
      return { text, fraction: shareOf(step.fetchedBytes, archive) };
    }
    case 'paused': {
      const text = `${formatBytesOf(step.fetchedBytes, archive.sizeBytes)} are fetched and kept.`;
      return { text, fraction: shareOf(step.fetchedBytes, archive) };
    }
    case 'unpacking':
      return { text: 'Unpacking it', fraction: step.fraction };
    case 'not-offered':
    case 'offered':
    case 'ready':
      return null;
  }
}

function shareOf(fetchedBytes: number, { sizeBytes }: CudaArchive): number {
  return Math.min(fetchedBytes / sizeBytes, 1);
}

/** What removing it means. */
export function cudaRemoval({ sizeBytes, unpackedBytes }: CudaArchive): string {
  return `This deletes ${formatBytes(unpackedBytes)}. Models run through Vulkan or on the processor then. Having it again means fetching ${formatBytes(sizeBytes)}.`;
}
