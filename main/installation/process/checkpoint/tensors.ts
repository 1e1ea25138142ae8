/** Number formats that can be converted. Other tensors may be in a checkpoint, as long as nobody needs them. */
export type ElementType = 'f16' | 'bf16' | 'f32';

/** Where the numbers of one tensor lie in a file; nothing is read yet. Contiguous, row-major, little endian. */
export interface CheckpointTensor {
  name: string;
  /** Outermost dimension first. */
  shape: readonly number[];
  elementType: ElementType;
  path: string;
  offsetBytes: number;
}

/** Bytes of one number. */
export const elementBytes: Readonly<Record<ElementType, number>> = { f16: 2, bf16: 2, f32: 4 };
