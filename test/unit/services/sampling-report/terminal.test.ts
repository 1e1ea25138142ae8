import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Terminal } from '../../../../main/cli/ask.ts';
import { sampleReport, type SamplingReportOrder } from '../../../../main/cli/sampling-report.ts';
import { temporaryFolder, wholeList } from '../../../support/database.ts';
import { openServices, type Services } from '../../../support/services.ts';

function orderIn(folder: string): SamplingReportOrder {
  const [promptsPath, configPath] = [join(folder, 'prompts.jsonl'), join(folder, 'config.json')];
  writeFileSync(promptsPath, '"one"\n"two"\n');
  const configurations = [
    { name: 'plain', generate_args: { do_sample: true } },
    { name: 'beam5', generate_args: { num_beams: 5 } },
  ];
  writeFileSync(configPath, JSON.stringify({ default: { generate_args: { max_new_tokens: 9 } }, configurations }));
  return { promptsPath, configPath, outPath: join(folder, 'report.json'), seed: undefined };
}

function recordingTerminal() {
  const written = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  const terminal: Terminal = {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text), isTTY: true },
    once: (_signal, listener) => listeners.add(listener),
    off: (_signal, listener) => listeners.delete(listener),
  };
  const interrupt = (): void => {
    for (const listener of listeners) listener();
  };
  return { terminal, written, listeners, interrupt };
}

/** Answers every question; `before` is told the number of each. */
async function answerAll({ engines }: Services, before: (count: number) => void = () => undefined): Promise<never> {
  for (let count = 1; ;) {
    const generation = await engines.nextGeneration();
    if (generation.request.turns[0]?.text !== '.') before(count++);
    generation.text('An answer.');
    generation.finish();
  }
}

describe('a sampling report in the terminal', () => {
  it('says what is left out, how far it is and what came of it', async () => {
    const services = await openServices();
    void answerAll(services);
    const { terminal, written, listeners } = recordingTerminal();
    expect(await sampleReport(services, orderIn(services.dataFolder), false, terminal)).toBe(true);
    expect(written.stderr).toContain('beam5 is left out: beam search is not supported.\n');
    expect(written.stderr).toMatch(/\r0 of 4 answers[^]*\r4 of 4 answers/);
    expect(written.stdout).toMatch(/^report\.json: 4 answers of [^\n]* Q4_0\n4 answers were ended by the model/);
    expect(listeners.size).toBe(0);
    expect(await services.conversations.list(wholeList), 'nothing of it is a conversation').toEqual([]);
  });

  it('stops at Ctrl+C, keeps what is finished, and goes on', async () => {
    const services = await openServices();
    const { terminal, written, interrupt } = recordingTerminal();
    void answerAll(services, (count) => {
      if (count === 3) interrupt();
    });
    const order = orderIn(services.dataFolder);
    expect(await sampleReport(services, order, false, terminal)).toBe(false);
    expect(written.stdout).toBe('Stopped after 2 of 4 answers. The same command goes on.\n');
    expect(existsSync(order.outPath)).toBe(false);
    const again = recordingTerminal();
    expect(await sampleReport(services, order, true, again.terminal)).toBe(true);
    expect(JSON.parse(again.written.stdout)).toMatchObject({ path: order.outPath, isWhole: true, done: 4, ended: 4 });
    expect(again.written.stderr, 'no progress beside JSON').not.toContain('answers');
  });

  it('loads no model for files that cannot be used', async () => {
    const services = await openServices();
    const order = { ...orderIn(temporaryFolder()), promptsPath: '/nonexistent.jsonl' };
    const { terminal } = recordingTerminal();
    await expect(sampleReport(services, order, false, terminal)).rejects.toMatchObject({ code: 'not-found' });
    expect(services.engines.engines).toEqual([]);
  });
});
