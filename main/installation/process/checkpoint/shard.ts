import { withCheckpointFile, type CheckpointFile } from './checkpoint-file.ts';
import { refusal } from './refusal.ts';
import { isSafetensors, readSafetensors } from './safetensors.ts';
import type { CheckpointTensor } from './tensors.ts';
import { readTorchArchive } from './torch-archive.ts';
import { isZip } from './zip.ts';

const pickleProtocol = 0x80;

function readTensors(file: CheckpointFile): CheckpointTensor[] {
  if (isZip(file)) return readTorchArchive(file);
  if (isSafetensors(file)) return readSafetensors(file);
  const { name } = file;
  if (file.read(0, 1)[0] === pickleProtocol) {
    throw refusal(
      `${name} is in the form that PyTorch wrote before version 1.6, which cannot be read safely. ` +
        'Load and save it with a newer PyTorch, or fetch a newer copy.',
      { file: name },
    );
  }
  throw refusal(`${name} holds no PyTorch or safetensors weights, or is damaged. Fetch it again.`, { file: name });
}

/**
 * The tensors of one weight file: PyTorch's zip form, or safetensors, told apart by content and not by name. Tensors
 * that no conversion needs (`isIgnored`) are left out.
 *
 * @throws AppError `checkpoint-unreadable` with the reason
 */
export async function readShard(path: string): Promise<CheckpointTensor[]> {
  return withCheckpointFile(path, readTensors);
}
