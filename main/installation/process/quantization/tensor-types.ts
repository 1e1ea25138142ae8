import type { ConversionType } from '../../../../preload/contract/library.ts';
import type { GptNeoxConfig, WantedTensor } from '../checkpoint/gpt-neox.ts';
import { tensorFormats, type TensorType } from '../gguf/tensor-types.ts';

/**
 * Which type each tensor of a GPT-NeoX model gets: llama.cpp's own mixtures. Source: llama.cpp v0.5.0,
 * src/llama-quant.cpp (`tensor_allows_quantization`, `llama_tensor_get_type_impl`, `tensor_type_fallback`), as far as it
 * applies to this architecture without an importance matrix. Since that version the fused Q|K|V matrix counts as
 * "attention V": it gets more bits in the same layers as ffn_down, no longer in all of them.
 */

/** `general.file_type` (`llama_ftype` in llama.h), and the type of every matrix that has no rule of its own. */
const mixtures: Readonly<Record<ConversionType, { fileType: number; plain: TensorType }>> = {
  F16: { fileType: 1, plain: 'F16' },
  Q8_0: { fileType: 7, plain: 'Q8_0' },
  Q6_K: { fileType: 18, plain: 'Q6_K' },
  Q5_K_M: { fileType: 17, plain: 'Q5_K' },
  Q4_K_M: { fileType: 15, plain: 'Q4_K' },
  Q4_0: { fileType: 2, plain: 'Q4_0' },
};

/** What a type gives way to when a row does not fill its blocks; all others give way to F16. */
const smallerBlocks = new Map<TensorType, TensorType>([
  ['Q4_K', 'Q5_0'],
  ['Q5_K', 'Q5_1'],
  ['Q6_K', 'Q8_0'],
]);

/** llama.cpp's number for a whole file of this type, `general.file_type`. */
export function fileTypeOf(type: ConversionType): number {
  return mixtures[type].fileType;
}

/** Layers in which the "M" mixtures spend more: the first and the last eighth, and every third between. */
function usesMoreBits(layer: number, layers: number): boolean {
  const eighth = Math.floor(layers / 8);
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
}

function fills(type: TensorType, rowWeights: number): boolean {
  return rowWeights % tensorFormats[type].blockWeights === 0;
}

function fitted(type: TensorType, rowWeights: number): TensorType {
  if (fills(type, rowWeights)) return type;
  const smaller = smallerBlocks.get(type) ?? 'F16';
  return fills(smaller, rowWeights) ? smaller : 'F16';
}

function mixed(name: string, rowWeights: number, layers: number, type: ConversionType): TensorType {
  const { plain } = mixtures[type];
  if (name === 'output.weight') return plain === 'Q8_0' || !fills(plain, rowWeights) ? 'Q8_0' : 'Q6_K';
  const [, layer] = /^blk\.(\d+)\.(?:attn_qkv|ffn_down)\.weight$/.exec(name) ?? [];
  const isMedium = type === 'Q4_K_M' || type === 'Q5_K_M';
  return isMedium && layer !== undefined && usesMoreBits(Number(layer), layers) ? 'Q6_K' : plain;
}

/** The type in which a tensor is stored when the whole model becomes `type`. Norms and biases stay whole. */
export function tensorTypeOf(
  { ggufName, shape }: Pick<WantedTensor, 'ggufName' | 'shape'>,
  { layers }: Pick<GptNeoxConfig, 'layers'>,
  type: ConversionType,
): TensorType {
  const rowWeights = shape.at(-1) ?? 1;
  if (shape.length < 2) return 'F32';
  if (type === 'F16') return 'F16';
  return fitted(mixed(ggufName, rowWeights, layers, type), rowWeights);
}
