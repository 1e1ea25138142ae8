import { open, readFile, rm, truncate } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../preload/contract/errors.ts';
import { writeFailure } from './files.ts';

/**
 * The progress of a report: a line that says of which one, then a line for each finished sample. It only ever grows, so
 * whatever ends the run costs no more than the sample under way.
 */

const headerSchema = z.object({
  format: z.literal('oasst-desktop-sampling-part'),
  version: z.literal(1),
  fingerprint: z.string(),
  date: z.string(),
});

const sampleSchema = z.object({
  prompt: z.int().min(0),
  config: z.string(),
  sample: z.int().min(0),
  stopReason: z.enum(['end-of-text', 'marker', 'length']),
  tokens: z.int().min(0),
  text: z.string(),
});

export type Sample = z.infer<typeof sampleSchema>;

/** Names one sample of a report. */
export function sampleKey({ prompt, config, sample }: Pick<Sample, 'prompt' | 'config' | 'sample'>): string {
  return `${prompt}/${sample}/${config}`;
}

function parseLine<T>(schema: z.ZodType<T>, line: Uint8Array): T | null {
  try {
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line)));
  } catch {
    return null;
  }
}

/** The lines that were written to their ends, without these ends. */
function wholeLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf('\n'); end !== -1; end = bytes.indexOf('\n', start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

interface Found {
  date: string;
  samples: Map<string, Sample>;
  /** How much of the file is whole lines. */
  sizeBytes: number;
}

/** What an earlier run left; null when it left nothing. */
async function findEarlier(path: string, fingerprint: string): Promise<Found | null> {
  const bytes = await readFile(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0);
    throw writeFailure(path, error);
  });
  const [first, ...lines] = wholeLines(bytes);
  // Ended while the first line was being written.
  if (first === undefined) return null;
  const header = parseLine(headerSchema, first);
  if (header?.fingerprint !== fingerprint) {
    throw new AppError(
      'invalid-input',
      `"${basename(path)}" belongs to a report with other prompts, another config, seed or model. It was left as it is. ` +
        'Choose another name with --out, or delete that file to begin anew.',
    );
  }
  const samples = new Map<string, Sample>();
  let sizeBytes = first.length + 1;
  for (const line of lines) {
    const sample = parseLine(sampleSchema, line);
    if (sample === null) break;
    samples.set(sampleKey(sample), sample);
    sizeBytes += line.length + 1;
  }
  return { date: header.date, samples, sizeBytes };
}

export interface PartFile {
  /** When the report was begun. */
  date: string;
  /** The finished samples by their keys. */
  samples: ReadonlyMap<string, Sample>;
  add(sample: Sample): Promise<void>;
  close(): Promise<void>;
  /** For when the report is whole. */
  remove(): Promise<void>;
}

/**
 * Opens the progress of a report, or begins it.
 *
 * @param fingerprint of all that makes its samples what they are
 * @param date recorded if it is begun now
 * @throws AppError `invalid-input` when it is the progress of another report, `disk-full`
 */
export async function openPartFile(path: string, fingerprint: string, date: string): Promise<PartFile> {
  const found = await findEarlier(path, fingerprint);
  const samples = found?.samples ?? new Map<string, Sample>();
  const append = async (file: Awaited<ReturnType<typeof open>>, value: object): Promise<void> => {
    try {
      await file.appendFile(`${JSON.stringify(value)}\n`);
      await file.datasync();
    } catch (error) {
      throw writeFailure(path, error);
    }
  };
  const file = await open(path, 'a').catch((error: unknown) => {
    throw writeFailure(path, error);
  });
  try {
    // Half a line in front of the next one would spoil that as well.
    await truncate(path, found?.sizeBytes ?? 0);
    if (found === null) await append(file, { format: 'oasst-desktop-sampling-part', version: 1, fingerprint, date });
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    date: found?.date ?? date,
    samples,
    async add(sample) {
      await append(file, sample);
      samples.set(sampleKey(sample), sample);
    },
    close: () => file.close(),
    remove: () => rm(path, { force: true }),
  };
}
