import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createJobStarter } from '../../main/installation/client.ts';
import { appPlaces } from '../../main/places.ts';
import { readCudaArchive } from '../../main/services/cuda-archive.ts';
import { packageObstacle, unpacked } from '../support/packaged.ts';
import { projectRoot } from '../support/app.ts';

/** What the package runs in plain Node beside the engine, and what it offers to fetch. */

const obstacle = packageObstacle();
const places = appPlaces(join(unpacked, 'resources'), 'packaged');

describe.skipIf(obstacle !== null)(`the package${obstacle === null ? '' : ` (skipped: ${obstacle})`}`, () => {
  it('has all that fetching and converting needs', async () => {
    const startJob = createJobStarter({ nodePath: places.nodePath, entryPath: places.installationEntry });
    const job = startJob({ kind: 'measure-memory' }, { onProgress: () => undefined, proxyUrl: null });
    onTestFinished(() => job.stop());
    expect((await job.result).bytesPerSecond).toBeGreaterThan(0);
  });

  const isMade = existsSync(places.cudaArchivePath);
  it.skipIf(!isMade)(
    `offers the archive that was made with it${isMade ? '' : ' (skipped: none was made: npm run package -- cuda-addon)'}`,
    () => {
      const archive = readCudaArchive(places.cudaArchivePath, process.platform, process.arch);
      const { version, homepage } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
        version: string;
        homepage: string;
      };
      expect(archive?.url.startsWith(`${homepage}/releases/download/v${version}/`)).toBe(true);
      expect(existsSync(join(projectRoot, 'dist', basename(archive?.url ?? '')))).toBe(true);
    },
  );
});
