import type { ElementType } from '../checkpoint/tensors.ts';
import type { TensorType } from '../gguf/tensor-types.ts';
import type { ErrorReport } from '../../../../preload/contract/errors.ts';

/** A stretch of a weight file. */
export interface SourceRun {
  offsetBytes: number;
  sizeBytes: number;
}

/** Some rows of one tensor: what a thread converts at a time. Only this crosses threads, never the weights. */
export interface Slice {
  /** Name of the tensor in the GGUF. */
  tensor: string;
  sourcePath: string;
  elementType: ElementType;
  /** One behind the other they are the rows, in the order in which they are written. */
  sourceRuns: readonly SourceRun[];
  rows: number;
  rowWeights: number;
  targetPath: string;
  targetOffsetBytes: number;
  type: TensorType;
}

export type SliceReply = { ok: true } | { ok: false; error: ErrorReport };
