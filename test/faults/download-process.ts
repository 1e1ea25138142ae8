import { parseArgs } from 'node:util';
import { downloadFile } from '../../main/installation/process/download/download.ts';
import { describeHubFile } from '../../main/installation/process/download/hub.ts';

/** A process made to be killed: fetches one file as test/faults/download.ts does and says nothing. */
const { values } = parseArgs({
  options: {
    hub: { type: 'string' },
    path: { type: 'string' },
    target: { type: 'string' },
    limits: { type: 'string' },
  },
});
const { hub, path, target, limits } = values;
if (hub === undefined || path === undefined || target === undefined || limits === undefined) {
  throw new Error('usage: download-process --hub URL --path PATH --target FILE --limits JSON');
}
const { signal } = new AbortController();
const file = await describeHubFile({ hubUrl: hub, repository: 'owner/name', revision: 'main' }, path, signal);
await downloadFile({
  file,
  expectedSha256: null,
  targetPath: target,
  connections: 3,
  signal,
  onProgress: () => undefined,
  limits: JSON.parse(limits) as object,
});
