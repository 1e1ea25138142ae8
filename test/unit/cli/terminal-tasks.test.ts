import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../main/arguments.ts';
import { codeOf, newId } from '../../support/database.ts';

const taskOf = (...args: string[]) => parseCommandLine(args, true).task;

const [first, second] = [newId(), newId()];

describe('tasks of the terminal', () => {
  it('are none where nothing was said of one, and none for the window', () => {
    expect(taskOf('--ask', 'x')).toBeNull();
    expect(parseCommandLine(['--list', '--export', 'x'], false).task).toBeNull();
  });

  it.each([
    [['--convert', 'dir'], { kind: 'convert', order: { folder: 'dir', type: 'Q4_K_M', outPath: null } }],
    [
      ['--convert', 'dir', '--type', 'q8_0', '--out', 'm.gguf'],
      { kind: 'convert', order: { folder: 'dir', type: 'Q8_0', outPath: 'm.gguf' } },
    ],
    [
      ['--export', 'out', '--all', '--format', 'MD', '--branches', 'active'],
      { kind: 'export', order: { path: 'out', format: 'md', conversationIds: null, branches: 'active' } },
    ],
    [
      ['--export', 'a.json', '--ids', `${first}, ${second}`],
      { kind: 'export', order: { path: 'a.json', format: null, conversationIds: [first, second], branches: 'all' } },
    ],
    [['--import', 'a.json', '--dry-run'], { kind: 'import', order: { path: 'a.json', isDryRun: true } }],
    [['--list', '--json'], { kind: 'list' }],
    [['--search', 'a word'], { kind: 'search', order: { text: 'a word', isAll: false } }],
    [['--search', 'x', '--all'], { kind: 'search', order: { text: 'x', isAll: true } }],
    [['--backup', 'a.sqlite3'], { kind: 'backup', order: { path: 'a.sqlite3' } }],
    [
      ['--sampling-report', 'p.jsonl', '--config', 'c.json', '--out', 'r.json', '--seed', '7'],
      { kind: 'sampling-report', order: { promptsPath: 'p.jsonl', configPath: 'c.json', outPath: 'r.json', seed: 7 } },
    ],
    [
      ['--compare', 'a.json', 'b.json', '--out', 'page.html'],
      { kind: 'compare', order: { leftPath: 'a.json', rightPath: 'b.json', outPath: 'page.html' } },
    ],
  ])('%j', (args, task) => {
    expect(taskOf(...args)).toEqual(task);
  });

  it.each([
    [['--convert', '']],
    [['--convert', 'dir', '--type', 'Q2_K']],
    [['--type', 'Q4_0']],
    [['--out', 'x']],
    [['--dry-run']],
    [['--search', '']],
    [['--search', 'x', '--ids', first]],
    [['--backup', '']],
    [['--backup', 'x', '--dry-run']],
    [['--export', 'x']],
    [['--export', 'x', '--all', '--ids', first]],
    [['--export', 'x', '--ids', 'y']],
    [['--export', 'x', '--all', '--format', 'doc']],
    [['--export', 'x', '--all', '--branches', 'some']],
    [['--export', 'x', '--all', '--import', 'y']],
    [['--export', 'x', '--all', '--dry-run']],
    [['--sampling-report', 'p']],
    [['--compare', 'a.json']],
    [['--compare', 'a.json', 'b.json', 'c.json']],
    [['stray']],
  ])('%j is refused with a sentence', (args) => {
    expect(codeOf(() => taskOf(...args))).toBe('invalid-input');
  });
});
