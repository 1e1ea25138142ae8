// @ts-check
/**
 * Stamps: small notes of what a step last worked on. A step whose inputs still give the same key has nothing to do.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

import { stampFolder } from './paths.mjs';

/**
 * @param {string | Buffer} content
 * @returns {string}
 */
export function hashOf(content) {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * Writes a file whole or not at all, also when we are killed meanwhile or somebody reads it at the same time.
 * @param {string} file
 * @param {string} content
 */
function writeWhole(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, file);
}

/**
 * @param {string} name
 * @param {string} [folder]
 * @returns {string | undefined} the key, or undefined when there is none
 */
export function readStamp(name, folder = stampFolder) {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * @param {string} name
 * @param {string} key
 * @param {string} [folder]
 */
export function writeStamp(name, key, folder = stampFolder) {
  writeWhole(join(folder, name), key);
}

/**
 * One key for many files: their paths, sizes and times of last change. Reading the contents would be surer, but this
 * runs at every start and has to be quick.
 * @param {string} root paths are taken relative to it
 * @param {readonly string[]} inputs files and folders; what does not exist is left out
 * @returns {string}
 */
export function keyOfFiles(root, inputs) {
  /** @type {string[]} */
  const lines = [];
  for (const input of inputs) collect(root, join(root, input), lines);
  return hashOf(lines.sort().join('\n'));
}

/**
 * @param {string} root
 * @param {string} path
 * @param {string[]} lines
 */
function collect(root, path, lines) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.isDirectory()) {
    for (const name of readdirSync(path)) collect(root, join(path, name), lines);
    return;
  }
  lines.push(`${relative(root, path).split(sep).join('/')} ${stat.size} ${stat.mtimeMs}`);
}
