import { AppError } from '../../../preload/contract/errors.ts';

/** How files begin that are taken for models: half a download, or a checkpoint that has to be converted first. */

const zipStart = Buffer.from('PK\u0003\u0004');
/** The first opcode of a pickle (protocol 2 and later): `torch.save` without a zip around it. */
const pickleStart = 0x80;
/** safetensors: the length of a JSON header in eight bytes, then the header. */
const safetensorsHeader = /^.{8}\{"/s;

function unreadable(message: string): AppError {
  return new AppError('model-unreadable', message);
}

function unsupported(kind: string): AppError {
  return new AppError(
    'model-unsupported',
    `This is a ${kind}, not a GGUF model file. Convert it to GGUF first, or choose a file that ends in .gguf.`,
  );
}

/**
 * Says what a file is that does not begin as a GGUF does.
 *
 * @param start its first bytes, up to 64
 */
export function foreignFile(start: Buffer): AppError {
  if (start.length === 0) return unreadable('This file is empty. Fetch it again or choose another file.');
  const text = start.toString('latin1').trimStart().toLowerCase();
  if (text.startsWith('<!doctype') || text.startsWith('<html') || text.startsWith('<?xml')) {
    return unreadable(
      'This is a web page that was saved under the name of a model. Fetch the model file itself, or choose another file.',
    );
  }
  if (text.startsWith('version https://git-lfs')) {
    return unreadable(
      'This is only a pointer to a model (Git LFS), not the model. Fetch the file itself, or choose another file.',
    );
  }
  if (start.subarray(0, zipStart.length).equals(zipStart)) return unsupported('PyTorch checkpoint or other archive');
  if (start[0] === pickleStart && (start[1] ?? 0) >= 2 && (start[1] ?? 0) <= 5)
    return unsupported('PyTorch checkpoint');
  if (safetensorsHeader.test(start.toString('latin1'))) return unsupported('safetensors checkpoint');
  if (/^(ggml|ggmf|ggjt|lmgg|fmgg|tjgg)/.test(text)) return unsupported('model in a format that GGUF replaced');
  return unreadable('This is not a GGUF model file. Choose a file that ends in .gguf and came whole.');
}
