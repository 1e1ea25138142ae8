import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { escapeHtml } from './escape.ts';

const languages = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  php,
  python,
  ruby,
  rust,
  sql,
  typescript,
  xml,
  yaml,
};

/** The grammars are built when the first named code is shown: no start has to wait for them. */
function isKnown(language: string): boolean {
  if (hljs.listLanguages().length === 0) {
    for (const [name, grammar] of Object.entries(languages)) hljs.registerLanguage(name, grammar);
  }
  return hljs.getLanguage(language) !== undefined;
}

/** Beyond this a colouring costs more time per streamed step than it is worth; the text is shown plain. */
export const highlightLimit = 20_000;

/** The language named after a code fence: its first word, as it is shown above the block. */
export function fenceLanguage(info: string | undefined): string {
  return (
    info
      ?.trim()
      .split(/[\s{,:]/)[0]
      ?.slice(0, 30) ?? ''
  );
}

/** HTML of a piece of code. Only a named, known language is coloured: guessing one is slow and often wrong. */
export function highlightCode(code: string, language: string): string {
  if (language === '' || code.length > highlightLimit || !isKnown(language)) return escapeHtml(code);
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}
