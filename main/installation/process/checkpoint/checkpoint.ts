import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJsonFile } from './checkpoint-file.ts';
import { parseGptNeoxConfig, type GptNeoxConfig } from './gpt-neox.ts';
import { refusal, shown } from './refusal.ts';
import { readTokenizer, type Tokenizer } from './tokenizer.ts';

/** What surrounds the weights of a checkpoint. */
export interface CheckpointFolder {
  config: GptNeoxConfig;
  tokenizer: Tokenizer;
  /** Names of the weight files, each once, in the order of their first tensor in the index. */
  weightFiles: string[];
}

const maxConfigBytes = 1024 ** 2;
/** GPT-NeoX's tokenizer.json has 2 MB; the largest vocabularies in use take some thirty. */
const maxTokenizerBytes = 64 * 1024 ** 2;
const maxIndexBytes = 64 * 1024 ** 2;

/** In the order in which transformers looks for them. */
const weightNames = ['model.safetensors', 'pytorch_model.bin'];

const specialToken = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);
const specialTokensSchema = z.record(z.string(), z.union([specialToken, z.array(specialToken)]));

const indexSchema = z.object({
  // A record of zod would lose a tensor named __proto__.
  weight_map: z.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
});

function readSpecialTexts(folder: string): Set<string> {
  const path = join(folder, 'special_tokens_map.json');
  if (!existsSync(path)) return new Set();
  const parsed = specialTokensSchema.safeParse(readJsonFile(path, maxConfigBytes));
  if (!parsed.success) throw refusal('The special_tokens_map.json of this checkpoint is damaged. Fetch it again.');
  return new Set(Object.values(parsed.data).flat());
}

/** A file beside the index. Anything that leads elsewhere is no name that a checkpoint has. */
function isPlainName(value: unknown): value is string {
  return typeof value === 'string' && /^[\w-][\w.-]*$/.test(value);
}

/**
 * The weight files that an index names, in the order of their first tensor, and the names of the tensors in each.
 *
 * @param path of `pytorch_model.bin.index.json` or `model.safetensors.index.json`
 * @throws AppError `checkpoint-unreadable` when it names none, or something else
 */
export function readIndex(path: string): Map<string, string[]> {
  const parsed = indexSchema.safeParse(readJsonFile(path, maxIndexBytes));
  const entries: [string, unknown][] = parsed.success ? Object.entries(parsed.data.weight_map) : [];
  const tensorsOf = new Map<string, string[]>();
  for (const [tensor, file] of entries) {
    if (!isPlainName(file)) continue;
    const tensors = tensorsOf.get(file);
    if (tensors === undefined) tensorsOf.set(file, [tensor]);
    else tensors.push(tensor);
  }
  const other = entries.map(([, file]) => file).find((file) => !isPlainName(file));
  if (tensorsOf.size === 0 || other !== undefined) {
    throw refusal('The index of this checkpoint does not name its weight files. Fetch it again.', {
      entry: typeof other === 'string' ? shown(other) : '',
    });
  }
  return tensorsOf;
}

function findWeightFiles(folder: string): string[] {
  for (const name of weightNames) {
    if (existsSync(join(folder, name))) return [name];
    const index = join(folder, `${name}.index.json`);
    if (existsSync(index)) return [...readIndex(index).keys()];
  }
  throw refusal(
    `This folder has no weights: neither ${weightNames.join(' nor ')}, nor an index of several such files.`,
  );
}

/**
 * Reads what surrounds the weights of a checkpoint as Hugging Face publishes it: config.json, tokenizer.json,
 * special_tokens_map.json where present, and the index of the weight files. Files that an index names need not be there
 * yet; without an index, the one weight file has to be.
 *
 * @throws AppError `checkpoint-unreadable` with the reason
 */
export async function readCheckpointFolder(folder: string): Promise<CheckpointFolder> {
  return { ...readDescription(folder), weightFiles: findWeightFiles(folder) };
}

/**
 * The same without the weight files, which may still have to be fetched.
 *
 * @throws AppError `checkpoint-unreadable` with the reason
 */
export function readDescription(folder: string): Pick<CheckpointFolder, 'config' | 'tokenizer'> {
  const config = parseGptNeoxConfig(readJsonFile(join(folder, 'config.json'), maxConfigBytes));
  const tokenizerJson = readJsonFile(join(folder, 'tokenizer.json'), maxTokenizerBytes);
  const tokenizer = readTokenizer(tokenizerJson, config.vocabularySize, readSpecialTexts(folder));
  return { config, tokenizer };
}
