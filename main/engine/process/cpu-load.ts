import { cpus } from 'node:os';
import type { CpuReading } from './thread-governor.ts';

/** Processor time used so far by the whole machine and by this process. */
export function readCpu(): CpuReading {
  let busyMs = 0;
  for (const { times } of cpus()) busyMs += times.user + times.nice + times.sys + times.irq;
  const own = process.cpuUsage();
  return { atMs: performance.now(), busyMs, ownMs: (own.user + own.system) / 1000 };
}
