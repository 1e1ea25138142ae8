import { describe, expect, it } from 'vitest';
import { lookForNvidia, type DiskView } from '../../../main/services/nvidia.ts';

/** A disk that holds these files. */
function diskWith(...paths: string[]): DiskView {
  return {
    has: (path) => paths.includes(path),
    namesIn: (folder) =>
      paths.flatMap((path) =>
        path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1).split('/')[0] ?? ''] : [],
      ),
  };
}

function librariesIn(folder: string, version: number): string[] {
  return ['cudart', 'cublas', 'cublasLt'].map((name) => `${folder}/lib${name}.so.${String(version)}`);
}

const targets = 'targets/x86_64-linux/lib';

describe('on Linux', () => {
  const look = (env: NodeJS.ProcessEnv, ...paths: string[]) => lookForNvidia('linux', env, diskWith(...paths));

  it.each([
    ['the kernel module', {}, '/proc/driver/nvidia/version'],
    ['the library, as on Debian', {}, '/usr/lib/x86_64-linux-gnu/libcuda.so.1'],
    ['the library, as on Fedora', {}, '/usr/lib64/libcuda.so.1'],
    ['the library of WSL', {}, '/usr/lib/wsl/lib/libcuda.so.1'],
    ['the library where the owner says', { LD_LIBRARY_PATH: '/opt/a:/opt/nvidia' }, '/opt/nvidia/libcuda.so.1'],
  ])('the driver is known by %s', (_what, env, path) => {
    expect(look(env, path)).toEqual({ hasDriver: true, hasCudaLibraries: false });
  });

  it.each([
    ['the system', {}, librariesIn('/usr/lib/x86_64-linux-gnu', 12)],
    ['a toolkit', {}, librariesIn(`/usr/local/cuda-13.0/${targets}`, 13)],
    ['the toolkit in use', {}, librariesIn(`/usr/local/cuda/${targets}`, 13)],
    ['a toolkit elsewhere', { CUDA_PATH: '/opt/cuda' }, librariesIn(`/opt/cuda/${targets}`, 12)],
  ])('CUDA’s libraries are found in %s', (_where, env, paths) => {
    expect(look(env, ...paths).hasCudaLibraries).toBe(true);
  });

  it.each([
    ['one of them is missing', librariesIn('/usr/lib64', 13).slice(1)],
    ['they are of different versions', [...librariesIn('/usr/lib64', 12).slice(1), '/usr/lib64/libcudart.so.13']],
    ['they are too old', librariesIn('/usr/lib64', 11)],
    ['they are of another toolkit', librariesIn(`/usr/local/cudnn/${targets}`, 13)],
  ])('CUDA’s libraries do not count where %s', (_why, paths) => {
    expect(look({}, ...paths).hasCudaLibraries).toBe(false);
  });
});

describe('on Windows', () => {
  const env = { SystemRoot: 'D:\\Windows', Path: 'D:\\Windows;C:\\CUDA\\bin', CUDA_PATH: 'C:\\Toolkit' };
  const look = (...paths: string[]) => lookForNvidia('win32', env, diskWith(...paths));
  const libraries = (folder: string): string[] =>
    ['cudart64', 'cublas64', 'cublasLt64'].map((name) => `${folder}\\${name}_13.dll`);

  it('the driver is known by its library', () => {
    expect(look('D:\\Windows\\System32\\nvcuda.dll').hasDriver).toBe(true);
    expect(look('C:\\Windows\\System32\\nvcuda.dll').hasDriver).toBe(false);
  });

  it.each(['C:\\CUDA\\bin', 'C:\\Toolkit\\bin', 'C:\\Toolkit\\bin\\x64'])(
    'CUDA’s libraries are found in %s',
    (folder) => {
      expect(look(...libraries(folder)).hasCudaLibraries).toBe(true);
      expect(look(...libraries(folder).slice(1)).hasCudaLibraries).toBe(false);
    },
  );
});

it('elsewhere there is none', () => {
  const all = diskWith('/proc/driver/nvidia/version', ...librariesIn('/usr/lib64', 13));
  expect(lookForNvidia('darwin', {}, all)).toEqual({ hasDriver: false, hasCudaLibraries: false });
});
