import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/database.ts';
import { writeSyntheticGguf } from '../support/synthetic-gguf.ts';

const cli = join(import.meta.dirname, '..', '..', 'main', 'cli', 'index.ts');

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The terminal's program from start to end; `onText` may interrupt it. */
function run(args: string[], onText: (text: string, interrupt: () => void) => void = () => undefined): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onText(stdout, () => child.kill('SIGINT'));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

interface Summary {
  conversationId: string;
  messageId: string;
  text: string;
  status: string;
  stopReason: string | null;
  error: string | null;
  model: string | null;
  preset: string | null;
  seed: number | null;
  tokens: number;
  tokensPerSecond: number | null;
  promptTokens: number;
  promptTokensReused: number;
  promptTokensRead: number;
}

async function json(...args: string[]): Promise<Summary & { code: number | null }> {
  const { code, stdout, stderr } = await run([...args, '--json']);
  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n'), 'one line').toHaveLength(1);
  return { ...(JSON.parse(stdout) as Summary), code };
}

describe('the terminal', () => {
  it('answers, and goes on in a new process by reading only the new turn', async () => {
    const data = temporaryFolder();
    const first = await json('--ask', 'What is a meme?', '--data', data, '--seed', '5', '--preset', 'k50-precise');
    expect(first).toMatchObject({
      code: 0,
      status: 'complete',
      stopReason: 'end-of-text',
      error: null,
      model: 'OASST Desktop guide',
      preset: 'k50-Precise',
      seed: 5,
      promptTokensReused: 0,
    });
    expect(first.text).toMatch(/Richard Dawkins/);
    expect(first.tokensPerSecond).toBeGreaterThan(0);
    const second = await json('--ask', 'Where did the word come from?', '--continue', '--data', data, '--seed', '5');
    expect(second).toMatchObject({ code: 0, conversationId: first.conversationId, preset: 'k50' });
    expect(second.promptTokensReused).toBe(first.promptTokens + first.tokens);
    expect(second.promptTokensRead).toBeLessThan(15);
    const other = await json('--ask', 'What is a meme?', '--data', data, '--seed', '5', '--preset', 'k50-Precise');
    expect(other.conversationId).not.toBe(first.conversationId);
    expect(other.text, 'same seed, same answer').toBe(first.text);
    expect(readdirSync(data)).toContain('conversations.sqlite3');
  });

  it('writes the answer as it comes, and nothing else', async () => {
    const { code, stdout, stderr } = await run(['--ask', 'What is a meme?', '--data', temporaryFolder()]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Dawkins[^]*\n$/);
  });

  it.each([
    ['no question', ['--json'], 'There is no question.'],
    ['an empty question', ['--ask', '  '], 'There is no question.'],
    ['an unknown option', ['--ask', 'x', '--fast'], '--fast'],
    ['an unknown preset', ['--ask', 'x', '--preset', 'k51'], 'k50-Creative'],
    ['a seed that is none', ['--ask', 'x', '--seed', '-1'], 'seed'],
    ['nothing to continue', ['--ask', 'x', '--continue'], 'no conversation to continue'],
    ['a model that is not there', ['--ask', 'x', '--model', '/nonexistent.gguf'], 'not there'],
  ])('says what is wrong with %s, and fails', async (_name, args, words) => {
    const { code, stdout, stderr } = await run([...args, '--data', temporaryFolder()]);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('refuses a model that is no model, and leaves no question behind', async () => {
    const data = temporaryFolder();
    const model = join(data, 'page.gguf');
    writeFileSync(model, '<!DOCTYPE html>');
    const { code, stderr } = await run(['--ask', 'x', '--model', model, '--data', data]);
    expect(code).toBe(1);
    expect(stderr).toContain('a web page');
    expect((await run(['--ask', 'x', '--continue', '--data', data])).stderr).toContain('no conversation');
  });

  it('tells how it is used', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('--continue');
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('stops at Ctrl+C, keeps what was written, and is not a success', async () => {
    const data = temporaryFolder();
    const model = join(data, 'endless.gguf');
    writeSyntheticGguf({ path: model, layers: 2, width: 128, heads: 4, vocabularySize: 2000 });
    let interrupted = false;
    const { code, stdout } = await run(['--ask', 'Go.', '--model', model, '--data', data], (text, interrupt) => {
      if (interrupted || text.length < 20) return;
      interrupted = true;
      interrupt();
    });
    expect(interrupted).toBe(true);
    expect(code).toBe(1);
    expect(stdout.length).toBeLessThan(5000);
  });
});

describe('converting in the terminal', () => {
  const checkpoint = join(import.meta.dirname, '..', 'fixtures', 'pytorch');

  it('makes a file that is whole and says what it is', async () => {
    const out = join(temporaryFolder(), 'tiny.gguf');
    const { code, stdout } = await run(['--convert', checkpoint, '--type', 'Q8_0', '--out', out, '--json']);
    expect(code).toBe(0);
    const summary = JSON.parse(stdout) as { path: string; sizeBytes: number; sha256: string };
    const bytes = readFileSync(out);
    expect(summary).toMatchObject({ path: out, type: 'Q8_0', sizeBytes: bytes.length });
    expect(summary.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('says what is wrong with a folder that holds none, and makes nothing', async () => {
    const folder = temporaryFolder();
    const { code, stdout, stderr } = await run(['--convert', folder]);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('config.json');
    expect(readdirSync(folder)).toEqual([]);
  });
});
