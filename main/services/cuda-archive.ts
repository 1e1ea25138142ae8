import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What `npm run package -- cuda-addon` noted of the archive that belongs to this copy of the app. */
const cudaArchiveSchema = z.strictObject({
  appVersion: z.string().min(1),
  /** Of node-llama-cpp: both have to be of one version. */
  engineVersion: z.string().regex(/^\d+\.\d+\.\d+[\w.+-]*$/),
  os: z.enum(['linux', 'win32']),
  arch: z.literal('x64'),
  url: z.url({ protocol: /^https$/ }),
  sizeBytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  unpackedBytes: z.int().positive(),
});

export type CudaArchiveFacts = z.infer<typeof cudaArchiveSchema>;

/**
 * Reads the note beside the app.
 *
 * @returns null where there is none, or it is not for this system, or not what it should be
 */
export function readCudaArchive(path: string, os: NodeJS.Platform, arch: string): CudaArchiveFacts | null {
  let facts: CudaArchiveFacts;
  try {
    facts = cudaArchiveSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Without it the app works as ever, and says that it knows of no such engine.
    return null;
  }
  return facts.os === os && facts.arch === arch ? facts : null;
}
