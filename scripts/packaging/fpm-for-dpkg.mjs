#!/usr/bin/env node
// @ts-check
/**
 * Stands in for fpm, the packer that electron-builder fetches from GitHub, where only Debian's own tools can be had: it
 * understands the arguments that electron-builder gives and has dpkg-deb make the package.
 *
 * Format: deb-control(5), https://www.debian.org/doc/debian-policy/ch-controlfields.html
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Options that are followed by a value; the others stand alone. */
const withoutValue = new Set(['--force', '--debug']);

/**
 * @param {readonly string[]} args
 * @returns {{ options: Map<string, string[]>, files: { from: string, to: string }[] }}
 */
function readArguments(args) {
  /** @type {Map<string, string[]>} */
  const options = new Map();
  /** @type {{ from: string, to: string }[]} */
  const files = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (withoutValue.has(word)) continue;
    if (word.startsWith('-')) {
      index += 1;
      options.set(word, [...(options.get(word) ?? []), args[index] ?? '']);
      continue;
    }
    const equals = word.lastIndexOf('=');
    files.push({ from: word.slice(0, equals), to: word.slice(equals + 1) });
  }
  return { options, files };
}

const { options, files } = readArguments(process.argv.slice(2));
/** @param {string} name */
const one = (name) => options.get(name)?.at(-1) ?? '';
if (one('-t') !== 'deb') throw new Error(`only deb packages can be made here, not ${one('-t')}`);

const work = mkdtempSync(join(tmpdir(), 'oasst-deb-'));
try {
  for (const { from, to } of files) {
    const target = join(work, to);
    mkdirSync(dirname(target), { recursive: true });
    if (statSync(from).isDirectory()) cpSync(from, target, { recursive: true, verbatimSymlinks: true });
    else copyFileSync(from, target);
  }
  const control = join(work, 'DEBIAN');
  mkdirSync(control);
  const [summary = '', ...rest] = one('--description').trim().split('\n');
  const body = rest.map((line) => line.trim()).filter((line) => line !== '');
  const size = Number(execFileSync('du', ['-sk', '--apparent-size', work], { encoding: 'utf8' }).split('\t')[0]);
  const fields = [
    ['Package', one('--name')],
    ['Version', one('--version')],
    ['Architecture', one('--architecture')],
    ['Maintainer', one('--maintainer')],
    ['Installed-Size', String(size)],
    ['Depends', (options.get('-d') ?? []).join(', ')],
    ['Recommends', (options.get('--deb-recommends') ?? []).join(', ')],
    ['Section', one('--category')],
    ['Priority', one('--deb-priority')],
    ['Homepage', one('--url')],
    ['Description', [summary, ...body.map((line) => ` ${line}`)].join('\n')],
  ];
  writeFileSync(
    join(control, 'control'),
    `${fields.flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`])).join('\n')}\n`,
  );
  for (const [option, name] of [
    ['--after-install', 'postinst'],
    ['--after-remove', 'postrm'],
  ]) {
    const script = join(control, name ?? '');
    writeFileSync(script, readFileSync(one(option ?? ''), 'utf8'));
    chmodSync(script, 0o755);
  }
  const compression = one('--deb-compression') || 'xz';
  execFileSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--build', work, one('--package')], {
    stdio: 'inherit',
  });
} finally {
  rmSync(work, { recursive: true, force: true });
}
