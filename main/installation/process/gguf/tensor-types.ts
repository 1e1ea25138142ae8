/** A tensor type of GGUF: its number (`ggml_type` in ggml.h), and how many weights share how many bytes. */
export interface TensorFormat {
  id: number;
  blockWeights: number;
  blockBytes: number;
}

/** The types that a converted model can hold. Sizes are those of the block structs in ggml-common.h. */
export const tensorFormats = {
  F32: { id: 0, blockWeights: 1, blockBytes: 4 },
  F16: { id: 1, blockWeights: 1, blockBytes: 2 },
  Q4_0: { id: 2, blockWeights: 32, blockBytes: 18 },
  Q5_0: { id: 6, blockWeights: 32, blockBytes: 22 },
  Q5_1: { id: 7, blockWeights: 32, blockBytes: 24 },
  Q8_0: { id: 8, blockWeights: 32, blockBytes: 34 },
  Q4_K: { id: 12, blockWeights: 256, blockBytes: 144 },
  Q5_K: { id: 13, blockWeights: 256, blockBytes: 176 },
  Q6_K: { id: 14, blockWeights: 256, blockBytes: 210 },
} as const satisfies Record<string, TensorFormat>;

export type TensorType = keyof typeof tensorFormats;

/** Bytes of one row of `weights` weights, which have to fill whole blocks. */
export function rowBytes(type: TensorType, weights: number): number {
  const { blockWeights, blockBytes } = tensorFormats[type];
  if (weights % blockWeights !== 0) throw new Error(`a row of ${weights} weights does not fill blocks of ${type}`);
  return (weights / blockWeights) * blockBytes;
}
