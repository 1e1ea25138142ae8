import { existsSync, readdirSync } from 'node:fs';
import { posix, win32 } from 'node:path';

/** What a machine has for its NVIDIA card. */
export interface NvidiaFacts {
  hasDriver: boolean;
  /** The libraries of CUDA, which come with NVIDIA's toolkit and not with the driver, in a version that the engine can use. */
  hasCudaLibraries: boolean;
}

/** The disk as far as it matters here. */
export interface DiskView {
  has: (path: string) => boolean;
  /** Names in a folder; none where there is no such folder. */
  namesIn: (folder: string) => string[];
}

const realDisk: DiskView = {
  has: existsSync,
  namesIn(folder) {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },
};

/** Versions of CUDA that node-llama-cpp's packages are linked with: the package itself, and the fallback in its extension. */
const cudaVersions = [13, 12];

/** Looks for NVIDIA's driver and CUDA libraries where the engine will look for them. */
export function lookForNvidia(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, disk = realDisk): NvidiaFacts {
  if (platform === 'linux') return lookOnLinux(env, disk);
  if (platform === 'win32') return lookOnWindows(env, disk);
  return { hasDriver: false, hasCudaLibraries: false };
}

function foldersOf(list: string | undefined, separator: string): string[] {
  return (list ?? '').split(separator).filter((folder) => folder !== '');
}

function lookOnLinux(env: NodeJS.ProcessEnv, { has, namesIn }: DiskView): NvidiaFacts {
  const system = ['/usr/lib', '/usr/lib64', '/usr/lib/x86_64-linux-gnu', '/usr/lib/wsl/lib'];
  const folders = [...foldersOf(env['LD_LIBRARY_PATH'], ':'), ...system];
  const toolkits = [
    ...foldersOf(env['CUDA_PATH'], ':'),
    ...namesIn('/usr/local').flatMap((name) => (/^cuda(-|$)/.test(name) ? [`/usr/local/${name}`] : [])),
  ];
  const isThere = (name: string, places: readonly string[]): boolean =>
    places.some((folder) => has(posix.join(folder, name)));
  const places = [...folders, ...toolkits.map((toolkit) => posix.join(toolkit, 'targets', 'x86_64-linux', 'lib'))];
  return {
    hasDriver: has('/proc/driver/nvidia/version') || isThere('libcuda.so.1', folders),
    hasCudaLibraries: cudaVersions.some((version) =>
      ['libcudart', 'libcublas', 'libcublasLt'].every((name) => isThere(`${name}.so.${String(version)}`, places)),
    ),
  };
}

function lookOnWindows(env: NodeJS.ProcessEnv, { has }: DiskView): NvidiaFacts {
  const systemFolder = win32.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32');
  const toolkits = foldersOf(env['CUDA_PATH'], ';').flatMap((toolkit) => [
    win32.join(toolkit, 'bin'),
    win32.join(toolkit, 'bin', 'x64'),
  ]);
  const places = [...foldersOf(env['Path'] ?? env['PATH'], ';'), ...toolkits];
  return {
    hasDriver: has(win32.join(systemFolder, 'nvcuda.dll')),
    hasCudaLibraries: cudaVersions.some((version) =>
      ['cudart64', 'cublas64', 'cublasLt64'].every((name) =>
        places.some((folder) => has(win32.join(folder, `${name}_${String(version)}.dll`))),
      ),
    ),
  };
}
