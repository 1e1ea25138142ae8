/**
 * The look of an exported page: the app's own paper and ink (`tokens.css`) in the reader's own fonts, light or dark as
 * the reader has it. On paper it is black on white, and nothing stands alone at the foot of a page.
 */
export const pageStyle = `
:root { color-scheme: light dark; --paper: #f8fcf9; --slab: #ebf3ec; --hairline: #d3dcd5; --edge: #78847c; --ink: #1b2621;
  --soft: #505b55; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #141a17; --slab: #1d2521; --hairline: #2f3834; --edge: #737d77; --ink: #e2e8e3; --soft: #a6afa8; }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: break-word; }
body { margin: 0; }
main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem 5rem; }
h1 { margin: 0 0 .75rem; font-size: 1.75rem; line-height: 1.25; font-weight: 650; text-wrap: balance; }
h2 { margin: 0; font-size: .875rem; line-height: 1.25rem; font-weight: 650; }
h3, h4, h5, h6 { margin: 1.75rem 0 .5rem; font-size: 1rem; line-height: 1.4; font-weight: 650; text-wrap: balance; }
h3 { font-size: 1.25rem; }
h4 { font-size: 1.125rem; }
.note, .facts, .ending { margin: 0; color: var(--soft); font-size: .875rem; line-height: 1.25rem; }
.note + .note { margin-top: .25rem; }
.facts, .note { font-variant-numeric: tabular-nums; }
.address { color: var(--soft); }
.lead { margin: 3.5rem 0 0; padding-top: 1rem; border-top: 3px double var(--edge); font-weight: 650; }
article { position: relative; margin-top: 2.25rem; }
.lead + article { margin-top: 1.25rem; }
header { display: flex; flex-wrap: wrap; gap: 0 .75rem; align-items: baseline; margin-bottom: .5rem; }
.question .text { padding: .75rem 1rem; border-radius: 6px; background: var(--slab); }
:not(.lead) + .answer header { padding-top: .75rem; border-top: 1px solid var(--hairline); }
.ending { margin-top: .75rem; font-style: italic; }
.text > :first-child { margin-top: 0; }
.text > :last-child { margin-bottom: 0; }
p, ul, ol, pre, table, blockquote { margin: 1rem 0; }
ul, ol { padding-inline-start: 1.5rem; }
li + li, li > ul, li > ol { margin-top: .25rem; margin-bottom: 0; }
li::marker { color: var(--soft); font-variant-numeric: tabular-nums; }
.verbatim { white-space: pre-wrap; unicode-bidi: plaintext; }
pre { padding: .625rem .875rem; overflow-x: auto; border: 1px solid var(--hairline); border-radius: 4px; background: var(--slab);
  font: .8125rem/1.6 ui-monospace, monospace; tab-size: 4; }
code { font-family: ui-monospace, monospace; unicode-bidi: isolate; }
:not(pre) > code { padding: .0625rem .25rem; border-radius: 4px; background: var(--slab); font-size: .875em; }
blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 2px solid var(--edge); color: var(--soft); }
hr { margin: 1.5rem 0; border: 0; border-top: 1px solid var(--hairline); }
table { display: block; overflow-x: auto; border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem; border: 1px solid var(--hairline); vertical-align: top; }
th:not([align]) { text-align: start; }
th { background: var(--slab); font-weight: 650; }
@media screen and (min-width: 66rem) {
  article::before { position: absolute; inset-inline-end: 100%; margin-inline-end: 1.5rem; color: var(--soft);
    font: .75rem/1.25rem ui-monospace, monospace; }
  .question::before { content: "<|prompter|>" / ""; }
  .answer::before { content: "<|assistant|>" / ""; }
  :not(.lead) + .answer::before { margin-top: .8125rem; }
}
@page { margin: 18mm 20mm 20mm; }
@media print {
  :root { color-scheme: only light; --paper: #fff; --slab: #f4f4f4; --hairline: #ccc; --edge: #888; --ink: #000; --soft: #444; }
  html { font-size: 10.5pt; line-height: 1.5; }
  main { max-width: none; padding: 0; }
  h1, h2, h3, h4, h5, h6, header, .lead, .note { break-after: avoid; break-inside: avoid; }
  p, li { orphans: 3; widows: 3; }
  pre { white-space: pre-wrap; }
  pre, tr { break-inside: avoid; }
  pre, .question .text { box-decoration-break: clone; -webkit-box-decoration-break: clone; }
  .question .text { border: 1px solid var(--hairline); }
  .ending { break-before: avoid; }
  table { display: table; }
}
`;
