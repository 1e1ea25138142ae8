import type { CatalogueVariant, ConversionType, Machine } from '../../../preload/contract/library.ts';

/** The contract's `defaultConversionType`: contract modules are types here. */
const usualType: ConversionType = 'Q4_K_M';

/**
 * The quantization to begin with: the usual one, or the largest that this computer has the memory and the disk for.
 * Where none fits it is the usual one again, so that what is missing can be said. Null when there is none at all.
 */
export function suggestedVariant(variants: CatalogueVariant[], { freeDiskBytes }: Machine): CatalogueVariant | null {
  const usual = variants.find(({ type }) => type === usualType) ?? variants[0] ?? null;
  const fitting = variants
    .filter(({ fit, peakDiskBytes }) => fit.verdict !== 'too-large' && peakDiskBytes <= freeDiskBytes)
    .sort((a, b) => b.fileBytes - a.fileBytes);
  return usual !== null && fitting.includes(usual) ? usual : (fitting[0] ?? usual);
}
