/** The look of an exported page: the reader's own fonts, light or dark as the reader has it, plain on paper. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1f1d1a; --soft: #625d55; --paper: #fffdf9; --line: #d9d3c8; --tint: #f4efe6; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ece7df; --soft: #aaa398; --paper: #1b1a18; --line: #3d3a35; --tint: #262421; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 46rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .75rem; }
h2 { font-size: 1rem; margin: 0; }
h3, h4, h5, h6 { font-size: 1.05rem; margin: 1.2em 0 .4em; }
.note, .facts, .ending, .address { color: var(--soft); font-size: .875rem; }
.facts { margin: 0 0 .6rem; }
.lead { margin: 2.5rem 0 0; padding-top: 1rem; border-top: 3px double var(--line); font-weight: 600; }
article { margin-top: 1.75rem; }
.question .text { background: var(--tint); border-radius: .5rem; padding: .75rem 1rem; }
.verbatim { white-space: pre-wrap; margin: 0; unicode-bidi: plaintext; }
pre { background: var(--tint); border-radius: .5rem; padding: .75rem 1rem; overflow-x: auto; }
code { font: .9em/1.5 ui-monospace, monospace; unicode-bidi: isolate; }
blockquote { margin: 1em 0; padding-left: 1rem; border-left: 3px solid var(--line); }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: start; }
@media print {
  :root { color-scheme: only light; --ink: #000; --soft: #444; --paper: #fff; --line: #bbb; --tint: #f3f3f3; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h1, h2, .facts, .lead { break-after: avoid; }
  pre { white-space: pre-wrap; }
  .question .text, pre { border: 1px solid var(--line); }
}
`;
