import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { load, proto, pointer, register, struct } from 'koffi';
import { readGgufFileInfo } from 'node-llama-cpp';
import { describe, expect, it } from 'vitest';
import { fileTypeOf } from '../../main/installation/process/quantization/tensor-types.ts';
import { conversionTypes, type ConversionType } from '../../preload/contract/library.ts';
import { writeCheckpoint } from '../support/checkpoints.ts';
import { temporaryFolder } from '../support/database.ts';
import { convert } from './conversion-run.ts';

/** Quantizes a GGUF by llama.cpp itself. Declarations: llama.h of the release that node-llama-cpp brings (v0.5.0). */
type QuantizeByLlama = (path: string, outPath: string, type: ConversionType) => void;

interface QuantizeParameters {
  nthread: number;
  ftype: number;
}

/** llama.cpp's own library in node-llama-cpp's package, or null on a platform that has none for the processor alone. */
function findLlama(): string | null {
  const name = new Map([
    ['linux-x64', 'linux-x64'],
    ['linux-arm64', 'linux-arm64'],
    ['darwin-arm64', 'mac-arm64-metal'],
    ['darwin-x64', 'mac-x64'],
    ['win32-x64', 'win-x64'],
  ]).get(`${process.platform}-${process.arch}`);
  if (name === undefined) return null;
  const llamaEntry = createRequire(import.meta.url).resolve('node-llama-cpp');
  const folder = join(dirname(createRequire(llamaEntry).resolve(`@node-llama-cpp/${name}`)), '..', 'bins', name);
  const file = readdirSync(folder).find((each) => /^(lib)?llama(\.v[\d.]+)?\.(so|dylib|dll)$/.test(each));
  return file === undefined ? null : join(folder, file);
}

function loadLlama(path: string): QuantizeByLlama {
  const library = load(path);
  const parameters = struct('llama_model_quantize_params', {
    nthread: 'int32_t',
    ftype: 'int',
    output_tensor_type: 'int',
    token_embedding_type: 'int',
    allow_requantize: 'bool',
    quantize_output_tensor: 'bool',
    only_copy: 'bool',
    pure: 'bool',
    keep_split: 'bool',
    dry_run: 'bool',
    imatrix: 'void *',
    kv_overrides: 'void *',
    tt_overrides: 'void *',
    prune_layers: 'void *',
    max_buf_size: 'size_t',
  });
  const defaults = library.func('llama_model_quantize_default_params', parameters, []) as () => QuantizeParameters;
  const quantize = library.func('llama_model_quantize', 'uint32_t', ['str', 'str', pointer(parameters)]) as (
    path: string,
    outPath: string,
    parameters: QuantizeParameters,
  ) => number;
  // It has much to say about each tensor.
  const onLog = proto('void llama_log(int level, const char *text, void *data)');
  const setLog = library.func('llama_log_set', 'void', [pointer(onLog), 'void *']);
  setLog(
    register(() => undefined, pointer(onLog)),
    null,
  );
  library.func('void llama_backend_init()')();
  return (from, to, type) => {
    const status = quantize(from, to, { ...defaults(), nthread: 2, ftype: fileTypeOf(type) });
    expect(status, 'llama.cpp could quantize').toBe(0);
  };
}

interface TensorData {
  type: number;
  bytes: Buffer;
}

/** Every tensor of a file with its bytes, the padding behind it left out. */
async function tensorsOf(path: string): Promise<Map<string, TensorData>> {
  const bytes = readFileSync(path);
  const { fullTensorInfo: tensors = [] } = await readGgufFileInfo(path);
  const starts = tensors.map(({ fileOffset }) => Number(fileOffset)).sort((left, right) => left - right);
  return new Map(
    tensors.map(({ name, ggmlType, fileOffset }) => {
      const start = Number(fileOffset);
      const end = starts.find((each) => each > start) ?? bytes.length;
      return [name, { type: ggmlType, bytes: bytes.subarray(start, end) }];
    }),
  );
}

const llamaPath = findLlama();
const quantizeByLlama = llamaPath === null ? null : loadLlama(llamaPath);

describe.each([
  ['rows of whole blocks', 17, 256],
  ['rows that only small blocks fit', 8, 96],
  ['rows that no block fits', 3, 80],
])('a model with %s', (_name, layers, width) => {
  it('becomes, in every type, what llama.cpp makes of it, tensor by tensor and byte by byte', async (ctx) => {
    if (quantizeByLlama === null) return ctx.skip(`node-llama-cpp brings no llama.cpp for ${process.platform}`);
    const folder = temporaryFolder();
    const shape = { layers, width, heads: 2, vocabularySize: 608, elementType: 'f16' as const };
    writeCheckpoint({ folder, ...shape, form: 'torch', shards: 2 });
    const halfPath = join(folder, 'F16.gguf');
    await convert(folder, 'F16', halfPath);
    for (const type of conversionTypes.filter((each) => each !== 'F16')) {
      const ownPath = join(folder, `${type}.gguf`);
      const theirPath = join(folder, `${type}-by-llama.gguf`);
      await convert(folder, type, ownPath);
      quantizeByLlama(halfPath, theirPath, type);
      const [own, theirs] = [await tensorsOf(ownPath), await tensorsOf(theirPath)];
      expect(own.size).toBe(12 * layers + 4);
      expect([...own.keys()].sort()).toEqual([...theirs.keys()].sort());
      for (const [name, tensor] of theirs) {
        expect(own.get(name)?.type, `type of ${name} at ${type}`).toBe(tensor.type);
        expect(own.get(name)?.bytes.equals(tensor.bytes), `bytes of ${name} at ${type}`).toBe(true);
      }
    }
  });
});
