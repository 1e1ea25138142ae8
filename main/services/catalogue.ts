import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { conversionTypes, type CatalogueModel, type CatalogueVariant } from '../../preload/contract/library.ts';
import type { ModelRecord } from '../database/model-records.ts';
import type { GptNeoxConfig } from '../installation/process/checkpoint/gpt-neox.ts';
import { sizeOf } from '../installation/process/quantization/plan.ts';
import { fitOf, type MachineFacts } from './fit.ts';

const count = z.int().positive();

/** One model of `resources/model-catalogue.json`: what it is, where it comes from, and the shape its sizes follow from. */
const entrySchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  name: z.string().min(1),
  summary: z.string().min(1),
  limits: z.array(z.string().min(1)).min(1),
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  licence: z.string().min(1),
  parameters: z.string().min(1),
  /** Sizes of the weight files, about; the hub says exactly when they are fetched. */
  weightBytes: z.array(count).min(1),
  shape: z.strictObject({
    layers: count,
    width: count,
    heads: count,
    feedForwardWidth: count,
    contextTokens: count,
    vocabularySize: count,
  }),
});

const catalogueSchema = z.strictObject({ models: z.array(entrySchema).min(1) });

export type CatalogueEntry = z.infer<typeof entrySchema>;

/**
 * The models that can be fetched, best known first.
 *
 * @param path of the file that ships with the app
 * @throws when it is missing or not what its schema says: a mistake of whoever built the app
 */
export async function readCatalogue(path: string): Promise<CatalogueEntry[]> {
  return catalogueSchema.parse(JSON.parse(await readFile(path, 'utf8'))).models;
}

/** The header of a converted file: some hundred bytes and the vocabulary of this family. */
const headerBytes = 2e6;
const f16Bytes = 2;

function configOf({ shape }: CatalogueEntry): GptNeoxConfig {
  return {
    ...shape,
    // What sizes do not depend on is as in all models of this family.
    ...{ rotaryDimensions: shape.width / shape.heads / 4, rotaryBase: 10_000, layerNormEpsilon: 1e-5 },
    ...{ useParallelResidual: true, tiedEmbeddings: false },
  };
}

/** The catalogue as the models page shows it: what each type of each model takes on this machine. */
export function shownCatalogue(
  entries: readonly CatalogueEntry[],
  machine: MachineFacts,
  windowTokens: number,
  models: readonly ModelRecord[],
): CatalogueModel[] {
  return entries.map((entry) => {
    const { shape, weightBytes, id, name, summary, limits, repository, licence, parameters } = entry;
    const variants = conversionTypes.map((type): CatalogueVariant => {
      const fileBytes = sizeOf(configOf(entry), type) + headerBytes;
      const needs = {
        modelBytes: fileBytes,
        stateBytesPerToken: 2 * f16Bytes * shape.layers * shape.width,
        contextTokens: Math.min(windowTokens, shape.contextTokens),
      };
      const installed = models.find(({ catalogueId, facts }) => catalogueId === id && facts.quantization === type);
      return {
        type,
        fileBytes,
        peakDiskBytes: fileBytes + Math.max(...weightBytes),
        fit: fitOf(needs, machine, null),
        modelId: installed?.id ?? null,
      };
    });
    const { contextTokens } = shape;
    const downloadBytes = weightBytes.reduce((sum, size) => sum + size, 0);
    return { id, name, summary, limits, repository, licence, parameters, contextTokens, downloadBytes, variants };
  });
}
