import { rowBytes, type TensorType } from './tensor-types.ts';

/** GGUF's default for `general.alignment`: every tensor begins at a multiple of it, counted from the first one. */
const alignmentBytes = 32;

/** A tensor as the header lists it. */
export interface GgufTensor {
  name: string;
  /** Outermost dimension first; GGUF itself writes them the other way round. */
  shape: readonly number[];
  type: TensorType;
}

export interface PlacedTensor extends GgufTensor {
  /** From the beginning of the tensor data. */
  offsetBytes: number;
  sizeBytes: number;
}

export interface TensorLayout {
  tensors: PlacedTensor[];
  /** Of all tensor data, padding included. */
  sizeBytes: number;
}

/** The next multiple of the alignment. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / alignmentBytes) * alignmentBytes;
}

/** Bytes of a tensor's data, without padding. */
function tensorBytes({ shape, type }: Pick<GgufTensor, 'shape' | 'type'>): number {
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  return rows * rowBytes(type, shape.at(-1) ?? 1);
}

/** Places tensors one behind the other, in the order given, the last one padded like the others. */
export function layOut(tensors: readonly GgufTensor[]): TensorLayout {
  let offsetBytes = 0;
  const placed = tensors.map((tensor) => {
    const here = { ...tensor, offsetBytes, sizeBytes: tensorBytes(tensor) };
    offsetBytes += aligned(here.sizeBytes);
    return here;
  });
  return { tensors: placed, sizeBytes: offsetBytes };
}
