import type { ConversionType } from '../../../../preload/contract/library.ts';
import { wantedTensors, type GptNeoxConfig, type WantedTensor } from '../checkpoint/gpt-neox.ts';
import { metadataOf, type ModelFacts } from '../checkpoint/metadata.ts';
import type { Tokenizer } from '../checkpoint/tokenizer.ts';
import { layOut, type PlacedTensor, type TensorLayout } from '../gguf/layout.ts';
import type { GgufMetadata } from '../gguf/metadata.ts';
import { ggufHeader } from '../gguf/writer.ts';
import { fileTypeOf, tensorTypeOf } from './tensor-types.ts';

export interface PlannedTensor extends PlacedTensor {
  wanted: WantedTensor;
  /** From the beginning of the file. */
  fileOffsetBytes: number;
  weights: number;
}

/** A file before any weight of it is known: its header, and where everything will lie. */
export interface FilePlan {
  /** The padding up to the first tensor included. */
  header: Buffer;
  tensors: PlannedTensor[];
  weights: number;
  sizeBytes: number;
}

function layoutOf(config: GptNeoxConfig, wanted: readonly WantedTensor[], type: ConversionType): TensorLayout {
  return layOut(
    wanted.map((tensor) => ({
      name: tensor.ggufName,
      shape: tensor.shape,
      type: tensorTypeOf(tensor, config, type),
    })),
  );
}

/**
 * Exact bytes of all tensors of a converted model, padding included. The header comes on top: some hundred bytes and the
 * vocabulary, about 2 MB for 50,000 tokens.
 */
export function sizeOf(config: GptNeoxConfig, type: ConversionType): number {
  return layoutOf(config, wantedTensors(config), type).sizeBytes;
}

/** The whole plan of a file; equal arguments give equal bytes. */
export function planFile(
  config: GptNeoxConfig,
  tokenizer: Tokenizer,
  facts: ModelFacts,
  type: ConversionType,
): FilePlan {
  const wanted = wantedTensors(config);
  const layout = layoutOf(config, wanted, type);
  const metadata: GgufMetadata = [
    ...metadataOf(config, tokenizer, facts),
    ['general.file_type', { type: 'uint32', value: fileTypeOf(type) }],
  ];
  const header = ggufHeader(metadata, layout.tensors);
  const tensors = wanted.flatMap((tensor, index) => {
    const placed = layout.tensors[index];
    if (placed === undefined) return [];
    const weights = tensor.shape.reduce((product, size) => product * size, 1);
    return { ...placed, wanted: tensor, fileOffsetBytes: header.length + placed.offsetBytes, weights };
  });
  return {
    header,
    tensors,
    weights: tensors.reduce((sum, tensor) => sum + tensor.weights, 0),
    sizeBytes: header.length + layout.sizeBytes,
  };
}
