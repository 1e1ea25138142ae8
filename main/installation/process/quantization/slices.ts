import { fusedQkvSourceRow, type GptNeoxConfig } from '../checkpoint/gpt-neox.ts';
import { elementBytes, type CheckpointTensor } from '../checkpoint/tensors.ts';
import { rowBytes } from '../gguf/tensor-types.ts';
import type { PlannedTensor } from './plan.ts';
import type { Slice, SourceRun } from './slice.ts';

/** Bounds a thread's memory (about 10 MB at float16) and how long a cancelled conversion still works. */
const sliceWeights = 2 ** 21;

/** Where rows of the GGUF's tensor lie in the weight file; neighbours become one run. */
function sourceRuns(
  config: GptNeoxConfig,
  { wanted }: PlannedTensor,
  source: CheckpointTensor,
  firstRow: number,
  rows: number,
  sourceRowBytes: number,
): SourceRun[] {
  const run = (row: number, count: number): SourceRun => ({
    offsetBytes: source.offsetBytes + row * sourceRowBytes,
    sizeBytes: count * sourceRowBytes,
  });
  if (wanted.rows === 'plain') return [run(firstRow, rows)];
  const runs: SourceRun[] = [];
  let start = fusedQkvSourceRow(config, firstRow);
  let count = 1;
  for (let row = firstRow + 1; row < firstRow + rows; row += 1) {
    const sourceRow = fusedQkvSourceRow(config, row);
    if (sourceRow === start + count) {
      count += 1;
    } else {
      runs.push(run(start, count));
      start = sourceRow;
      count = 1;
    }
  }
  return [...runs, run(start, count)];
}

/** The work of one tensor in pieces, first row first. A tensor of one dimension counts as rows of one number. */
export function* slicesOf(
  config: GptNeoxConfig,
  planned: PlannedTensor,
  source: CheckpointTensor,
  targetPath: string,
): Generator<Slice> {
  const [allRows = 1, rowWeights = 1] = planned.shape;
  const sourceRowBytes = rowWeights * elementBytes[source.elementType];
  const targetRowBytes = rowBytes(planned.type, rowWeights);
  const sliceRows = Math.max(1, Math.floor(sliceWeights / rowWeights));
  for (let row = 0; row < allRows; row += sliceRows) {
    const rows = Math.min(sliceRows, allRows - row);
    yield {
      tensor: planned.name,
      sourcePath: source.path,
      elementType: source.elementType,
      sourceRuns: sourceRuns(config, planned, source, row, rows, sourceRowBytes),
      rows,
      rowWeights,
      targetPath,
      targetOffsetBytes: planned.fileOffsetBytes + row * targetRowBytes,
      type: planned.type,
    };
  }
}
