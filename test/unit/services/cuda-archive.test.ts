import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCudaArchive } from '../../../main/services/cuda-archive.ts';
import { temporaryFolder } from '../../support/database.ts';

const facts = {
  ...{ appVersion: '0.1.0', engineVersion: '3.22.1', os: 'linux', arch: 'x64' },
  ...{ url: 'https://example.org/v0.1.0/cuda.tar.gz', sizeBytes: 320, unpackedBytes: 564 },
  sha256: 'a'.repeat(64),
};

function read(content: string, os: NodeJS.Platform = 'linux', arch = 'x64') {
  const path = join(temporaryFolder(), 'cuda-addon.json');
  writeFileSync(path, content);
  return readCudaArchive(path, os, arch);
}

describe('the note of the CUDA archive', () => {
  it('is read', () => {
    expect(read(JSON.stringify(facts))).toEqual(facts);
  });

  it('may be missing', () => {
    expect(readCudaArchive(join(temporaryFolder(), 'cuda-addon.json'), 'linux', 'x64')).toBeNull();
  });

  it('counts for its own system only', () => {
    expect(read(JSON.stringify(facts), 'win32')).toBeNull();
    expect(read(JSON.stringify(facts), 'linux', 'arm64')).toBeNull();
  });

  it.each([
    ['an address that is not secure', { url: 'http://example.org/cuda.tar.gz' }],
    ['a file in the place of an address', { url: 'file:///etc/passwd' }],
    ['a version that leads elsewhere', { engineVersion: '../../3.22.1' }],
    ['a checksum that is none', { sha256: '' }],
    ['no size', { sizeBytes: 0 }],
    ['more than is known', { command: 'rm' }],
  ])('with %s is as good as none', (_what, change) => {
    expect(read(JSON.stringify({ ...facts, ...change }))).toBeNull();
  });

  it('that is damaged is as good as none', () => {
    expect(read(JSON.stringify(facts).slice(0, 40))).toBeNull();
  });
});
