import type { Fit } from '../../preload/contract/library.ts';
import { neededBytes, type MemoryNeeds } from '../engine/process/memory.ts';

/** What is known of this machine. */
export interface MachineFacts {
  memoryBytes: number;
  /** How fast all cores together read from memory; null while it was not measured. */
  memoryBytesPerSecond: number | null;
}

/** Up to this share of the memory a model leaves room for a desktop and a browser. */
const easyShare = 0.65;
/** What has to stay for the system itself. */
const systemBytes = 1.2e9;
/**
 * Writing a token reads every weight once; llama.cpp reaches this share of what the memory gives (6.5 tokens a second
 * of 6.67 GB at 61 GB/s on the machine where it was measured).
 */
const reachedShare = 0.7;

/**
 * Whether a model is likely to run well here.
 *
 * @param measured tokens per second that it already wrote here, or null
 */
export function fitOf(needs: MemoryNeeds, machine: MachineFacts, measured: number | null): Fit {
  const memoryBytes = neededBytes(needs);
  const verdict =
    memoryBytes <= machine.memoryBytes * easyShare
      ? 'fits'
      : memoryBytes <= machine.memoryBytes - systemBytes
        ? 'tight'
        : 'too-large';
  const expected =
    machine.memoryBytesPerSecond === null ? null : (machine.memoryBytesPerSecond * reachedShare) / needs.modelBytes;
  return { memoryBytes, verdict, tokensPerSecond: measured ?? expected };
}
