import { createHash } from 'node:crypto';
import type { Branches } from '../../../preload/contract/exchange.ts';
import type { StoredConversation } from '../../database/protocol.ts';
import { answerHtml, escapeHtml } from './answer-html.ts';
import { pageStyle } from './html-style.ts';
import { outline, type OutlinedMessage } from './outline.ts';
import {
  branchText,
  endingText,
  factsText,
  headingText,
  spanText,
  titleText,
  warning,
  type PresetName,
} from './wording.ts';

const styleHash = createHash('sha256').update(pageStyle).digest('base64');

/** Nothing runs, nothing is loaded, nothing is sent; of styles only the one below counts. */
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

/** A conversation as one page that needs nothing else: answers rendered, questions as they were typed. */
export function* htmlPieces(
  conversation: StoredConversation,
  branches: Branches,
  presetName: PresetName,
): Generator<string> {
  const title = escapeHtml(titleText(conversation));
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<h1 dir="auto">${title}</h1>
<p class="note">${warning}</p>
<p class="note">${spanText(conversation)}</p>
`;
  for (const section of outline(conversation, branches)) {
    const lead = branchText(section);
    if (lead !== null) yield `<p class="lead">${lead}</p>\n`;
    for (const outlined of section.messages) yield messageHtml(outlined, presetName);
  }
  yield '</main>\n</body>\n</html>\n';
}

function messageHtml(outlined: OutlinedMessage, presetName: PresetName): string {
  const { message } = outlined;
  const isQuestion = message.role === 'prompter';
  const ending = endingText(message);
  const text = isQuestion
    ? `<p class="verbatim" dir="auto">${escapeHtml(message.text)}</p>\n`
    : answerHtml(message.text);
  return `<article class="${isQuestion ? 'question' : 'answer'}">
<header>
<h2>${headingText(outlined)}</h2>
<p class="facts">${escapeHtml(factsText(message, presetName))}</p>
</header>
<div class="text">
${text}</div>
${ending === null ? '' : `<p class="ending">${ending}</p>\n`}</article>
`;
}
