import { guideNature } from '../../preload/contract/guide.ts';
import type {
  CatalogueVariant,
  ConversionType,
  Fit,
  Installation,
  InstallationState,
  LibraryModel,
  Machine,
  PromptFormat,
} from '../../preload/contract/library.ts';
import { formatBytes, formatBytesOf, formatCount, formatDay, formatDuration } from './format.ts';

/** What the models page says about models, files and installations. */

export const formatWords: Record<PromptFormat['kind'], string> = {
  'open-assistant': 'Open-Assistant turn marks',
  'chat-template': 'its own chat template',
  completion: 'plain completion: continues your text, was not trained to answer',
};

/** What each type keeps of the published weights. */
export const typeWords: Record<ConversionType, string> = {
  F16: 'as published',
  Q8_0: 'as good as published',
  Q6_K: 'next to no loss',
  Q5_K_M: 'little loss',
  Q4_K_M: 'the usual choice',
  Q4_0: 'smallest, most loss',
};

const stateWords: Record<InstallationState, string> = {
  checking: 'Looking up what there is to fetch',
  downloading: 'Fetching',
  converting: 'Converting',
  verifying: 'Verifying',
  paused: 'Paused',
  failed: 'Stopped by a failure',
};

/** "OASST SFT-1 12B Q4_K_M". */
export function titleOf(name: string, quantization: string | null): string {
  return quantization === null ? name : `${name} ${quantization}`;
}

/** Whether a model goes into the memory of this computer. */
export function fitOf({ memoryBytes, verdict }: Fit, machine: Machine): string {
  const isTiny = memoryBytes < machine.memoryBytes / 100;
  const share = isTiny ? formatBytes(memoryBytes) : formatBytesOf(memoryBytes, machine.memoryBytes);
  switch (verdict) {
    case 'fits':
      return `Fits: wants ${share} of memory`;
    case 'tight':
      return `Tight: wants ${share} of memory, so close other programs first`;
    case 'too-large':
      return `Too large for this computer: wants ${share} of memory`;
  }
}

export const verdictWords: Record<Fit['verdict'], string> = {
  fits: 'fits',
  tight: 'tight',
  'too-large': 'too large',
};

/** Above this many words a second a number says nothing more. */
const readableWords = 200;

/** Expected speed of writing in words. English takes about four tokens for three words. */
export function speedOf({ tokensPerSecond }: Fit): string {
  if (tokensPerSecond === null || tokensPerSecond <= 0) return 'speed not known yet';
  const words = tokensPerSecond * 0.75;
  if (words > readableWords) return 'much faster than one can read';
  if (words < 0.75) return `about 1 word every ${formatCount(1 / words)} seconds`;
  return words < 1.5 ? 'about 1 word a second' : `about ${formatCount(words)} words a second`;
}

/** Where a model came from, and whose file it is. */
export function originOf({ source, isManaged }: LibraryModel): string {
  if (source === 'guide') return `comes with the app, ${guideNature}`;
  if (source === 'catalogue') return 'fetched and converted here';
  return isManaged ? "copied into the app's folder" : 'your file, used where it lies';
}

export function verifiedOf({ verifiedAt }: LibraryModel, nowMs: number): string {
  return verifiedAt === null ? 'not verified yet' : `verified ${formatDay(verifiedAt, nowMs)}`;
}

/** What is wrong with the file of a model; null when nothing is. */
export function troubleOf({ fileState, path, isManaged }: LibraryModel): string | null {
  switch (fileState) {
    case 'ok':
      return null;
    case 'missing':
      return `The file is not there at the moment: ${path}. Put it back, or remove the model from the list.`;
    case 'changed':
      return `The file is not the one that was added. Verify it, or remove it and ${isManaged ? 'get' : 'add'} it again.`;
  }
}

/** What removing a model does, before it is done. */
export function removalOf({ fileName, sizeBytes, isInUse, isManaged }: LibraryModel): string {
  const what = isManaged
    ? `This deletes ${fileName} (${formatBytes(sizeBytes)}) from this computer.`
    : 'This takes the model off the list. Its file stays where it is.';
  return `${what} Conversations stay.${isInUse ? ' The guide takes its place.' : ''}`;
}

/** The phase of an installation, without a full stop. */
export function phaseOf({ state }: Installation): string {
  return stateWords[state];
}

/** Phase, speed and time left, as far as they are known. */
export function paceOf(installation: Installation): string {
  const { bytesPerSecond, secondsLeft, state } = installation;
  const parts = [phaseOf(installation)];
  if (state === 'downloading' && bytesPerSecond !== null) parts.push(`${formatBytes(bytesPerSecond)} a second`);
  if (secondsLeft !== null && state !== 'paused' && state !== 'failed') {
    parts.push(`${secondsLeft >= 60 ? 'about ' : ''}${formatDuration(secondsLeft)} left`);
  }
  return parts.join(' · ');
}

/** What getting a model means, before anything is fetched. */
export function promiseOf(variant: CatalogueVariant, downloadBytes: number, host: string): string {
  return `Fetches ${formatBytes(downloadBytes)} from ${host}, converts it on this computer and verifies the result. Needs ${formatBytes(variant.peakDiskBytes)} of free disk while it is made, ${formatBytes(variant.fileBytes)} afterwards.`;
}

/** Why a model cannot be got now; null when it can. */
export function obstacleOf({ peakDiskBytes }: CatalogueVariant, { freeDiskBytes }: Machine): string | null {
  if (peakDiskBytes <= freeDiskBytes) return null;
  return `The disk is too full for it: ${formatBytes(peakDiskBytes)} are needed while it is made, ${formatBytes(freeDiskBytes)} are free.`;
}
