import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { marked, type Token } from 'marked';
import { describe, expect, it } from 'vitest';
import { changedAnswers } from '../../resources/guide-model/answer-digests.ts';
import { readDataset } from '../../resources/guide-model/dataset.ts';
import { facts, fillFacts, linkTargets } from '../../resources/guide-model/facts.ts';

const root = join(import.meta.dirname, '..', '..');
const data = readDataset();
const own = data.groups.filter((group) => group.answerFrom === undefined);
const answers = own.flatMap(({ id, answers: texts }) => texts.map((text) => ({ id, text })));

/** The sources that a label, an option or a file name may come from. */
const sources = [
  'renderer',
  'main',
  'preload',
  'scripts',
  'resources/model-catalogue.json',
  'package.json',
  'README.md',
]
  .flatMap((place) => filesIn(join(root, place)))
  .map((file) => readFileSync(file, 'utf8').replace(/\s+/g, ' '))
  .join('\n');

function filesIn(place: string): string[] {
  if (!existsSync(place)) return [];
  if (/\.(ts|mjs|svelte|json|md)$/.test(place)) return [place];
  const entries = readdirSync(place, { withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isDirectory() || /\.(ts|mjs|svelte)$/.test(entry.name) ? filesIn(join(place, entry.name)) : [],
  );
}

/** A token of Markdown with all that are in it. */
function* within(tokens: readonly Token[]): Generator<Token> {
  for (const token of tokens) {
    yield token;
    if ('tokens' in token) yield* within(token.tokens);
    if (token.type === 'list') for (const item of (token as { items: Token[] }).items) yield* within([item]);
  }
}

const nodes = answers.flatMap(({ id, text }) => [...within(marked.lexer(text))].map((node) => ({ id, node })));

/** What the texts of some kind of node say, where they are not what they should be. */
function wrong(type: string, isRight: (text: string) => boolean): string[] {
  return nodes
    .filter(({ node }) => node.type === type)
    .map(({ id, node }) => ({ id, text: (node as { text: string }).text }))
    .filter(({ text }) => !isRight(text))
    .map(({ id, text }) => `${id}: ${text}`);
}

const keys = new Set(
  [...facts].filter(([name]) => name.startsWith('key.')).map(([, text]) => text.replaceAll('**', '')),
);
const unescaped = (text: string): string => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&');

describe('the guide’s answers', () => {
  it('link only to what the app opens', () => {
    const targets = nodes.flatMap(({ id, node }) =>
      node.type === 'link' ? [`${id}: ${(node as { href: string }).href}`] : [],
    );
    expect(targets.length).toBeGreaterThan(50);
    const known = [...linkTargets, facts.get('app.homepage') ?? ''];
    expect(targets.filter((target) => !known.some((link) => target.endsWith(`: ${link}`)))).toEqual([]);
  });

  it('link to the pages and settings that the window knows', async () => {
    const file = join(root, 'renderer', 'lib', 'app-links.ts');
    const { appLinkTargets } = (await import(file)) as { appLinkTargets: readonly string[] };
    expect([...linkTargets].sort()).toEqual([...appLinkTargets].sort());
  });

  it('put in bold only keys and what stands in the app', () => {
    expect(wrong('strong', (text) => keys.has(text) || sources.includes(unescaped(text)))).toEqual([]);
  });

  it('put in code marks only what stands in the app, and examples of prompts', () => {
    const isExample = (text: string): boolean => text.includes('<|');
    const isFact = (text: string): boolean => [...facts.values()].includes(`\`${text}\``);
    const stands = (text: string): boolean => text.split(/[\s/=]+/).every((part) => sources.includes(part));
    expect(wrong('codespan', (text) => isExample(text) || isFact(text) || stands(unescaped(text)))).toEqual([]);
  });

  it('are made of what the transcript shows', () => {
    const shown = ['paragraph', 'text', 'strong', 'em', 'codespan', 'code', 'link', 'list', 'list_item', 'space', 'br'];
    expect(nodes.filter(({ node }) => ![...shown, 'escape'].includes(node.type)).map(({ id }) => id)).toEqual([]);
  });

  it('are what guide.gguf was trained on; after a change of the data or of the app it has to be trained again', () => {
    expect(changedAnswers(data)).toEqual([]);
  });
});

describe('the facts in them', () => {
  it('are filled in, and an unknown one is left for the check of the data', () => {
    expect(fillFacts('Press {{key.find}}, or open {{open.settings.data}}.')).toBe(
      'Press **Ctrl+F**, or open [Data and privacy](oasst://open/settings/data).',
    );
    expect(fillFacts('{{key.of-nothing}}')).toBe('{{key.of-nothing}}');
  });

  it('are none of them empty', () => {
    expect([...facts].filter(([, text]) => text === '' || text.includes('undefined')).map(([name]) => name)).toEqual(
      [],
    );
  });
});
