import type { ConfigComparison, ReportComparison } from './comparison.ts';
import { agreementChart, escapeHtml, lengthChart, shareChart } from './comparison-charts.ts';
import { headlineOf, remarksOf, rowsOf } from './comparison-rows.ts';

const style = `
:root {
  color-scheme: light dark;
  --paper: oklch(0.987 0.005 150); --slab: oklch(0.955 0.012 150); --hairline: oklch(0.885 0.013 150);
  --ink: oklch(0.255 0.018 165); --ink-soft: oklch(0.46 0.018 160); --a: oklch(0.48 0.19 285); --b: oklch(0.5 0.12 55);
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: oklch(0.21 0.01 165); --slab: oklch(0.255 0.014 165); --hairline: oklch(0.33 0.013 165);
    --ink: oklch(0.925 0.01 150); --ink-soft: oklch(0.745 0.014 155); --a: oklch(0.78 0.12 290); --b: oklch(0.8 0.11 70);
  }
}
body {
  margin: 0 auto; padding: 2.5rem 1.5rem; max-width: 45rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 'Atkinson Hyperlegible Next', system-ui, sans-serif;
}
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 1rem; }
h2 { font-size: 1.125rem; margin: 2.5rem 0 0.25rem; }
p { margin: 0 0 0.75rem; }
.soft, caption { color: var(--ink-soft); font-size: 0.875rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 0.75rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
dt { display: flex; align-items: center; gap: 0.375rem; font-weight: 600; }
dt svg { width: 0.875rem; }
dd { margin: 0; }
svg { display: block; width: 100%; height: auto; font-size: 14px; }
text { fill: var(--ink); }
.tick { fill: var(--ink-soft); text-anchor: middle; font-size: 12px; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--hairline); }
.between { stroke: var(--ink-soft); }
.range { stroke-width: 1.5; }
.middle { stroke-width: 6; opacity: 0.35; }
.a { stroke: var(--a); fill: var(--a); }
.b { stroke: var(--b); fill: var(--paper); stroke-width: 2; }
.bar { fill: var(--ink-soft); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; margin-top: 0.5rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; }
th, td { padding: 0.25rem 0.5rem; border-bottom: 1px solid var(--hairline); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; font-weight: normal; padding-left: 0; }
thead th { color: var(--ink-soft); font-weight: normal; }
@media print { body { max-width: none; padding: 0; } section { break-inside: avoid; } }
`;

const legend = {
  a: '<svg viewBox="0 0 14 14" aria-hidden="true"><circle class="a" cx="7" cy="7" r="5"/></svg>',
  b: '<svg viewBox="0 0 14 14" aria-hidden="true"><path class="b" d="M1 7l6 -6l6 6l-6 6z"/></svg>',
};

function section(title: string, explanation: string, content: string): string {
  return `<section><h2>${escapeHtml(title)}</h2><p class="soft">${escapeHtml(explanation)}</p>${content}</section>`;
}

function tableOf(config: ConfigComparison): string {
  const rows = rowsOf(config).map(({ label, left, right, difference }) => {
    const cells = [left, right, difference].map((cell) => `<td>${escapeHtml(cell)}</td>`).join('');
    return `<tr><th scope="row">${escapeHtml(label)}</th>${cells}</tr>`;
  });
  const heads = ['A', 'B', 'B − A'].map((head) => `<th scope="col">${head}</th>`).join('');
  return (
    `<div class="scroll"><table><caption>${escapeHtml(remarksOf(config).join(' '))}</caption>` +
    `<thead><tr><th></th>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
  );
}

function drawings({ configs }: ReportComparison): string[] {
  const runs = ['words', 'pairs of neighbouring words', 'runs of three words'] as const;
  const distinct = ([0, 1, 2] as const).map((index) =>
    section(
      `Distinct-${index + 1}`,
      `Share of different ones among all ${runs[index]}. Where it is low, answers repeat themselves and each other.`,
      shareChart(`Distinct-${index + 1}`, configs, (measures) => measures.distinct[index]),
    ),
  );
  const greedy = configs.flatMap((config) => (config.greedy === null ? [] : [{ config, ...config.greedy }]));
  return [
    section(
      'Lengths',
      'In words: the mark is the median, the bar the middle half of the answers, the line eight tenths of them.',
      lengthChart(configs),
    ),
    section(
      'Ended by the model',
      'Share of the answers that the model ended itself. The others were cut off at their limit.',
      shareChart('Answers that the model ended itself', configs, ({ ended, answers }) =>
        ended === null ? null : ended / Math.max(1, answers),
      ),
    ),
    ...distinct,
    ...greedy.map(({ config, overlaps }) =>
      section(
        `Agreement of ${config.name} answers`,
        'How many prompts have answers that share so much of their words. Nothing is left to chance in these answers.',
        agreementChart(overlaps.map(({ shared }) => shared)),
      ),
    ),
  ];
}

/** The comparison as a page of its own: no script, nothing fetched, light and dark. */
export function comparisonPage(comparison: ReportComparison): string {
  const { left, right, configs, overall } = comparison;
  const named = (side: 'a' | 'b', { modelName, date }: ReportComparison['left']): string =>
    `<dt>${legend[side]}${side.toUpperCase()}</dt><dd>${escapeHtml(modelName)}, ${escapeHtml(date.slice(0, 10))}</dd>`;
  const tables = [overall, ...configs].map(
    (config) => `<section><h2>${escapeHtml(config.name)}</h2>${tableOf(config)}</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>How two sampling reports differ</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>How two sampling reports differ</h1>
<dl>${named('a', left)}${named('b', right)}</dl>
${headlineOf(comparison)
  .map((line) => `<p>${escapeHtml(line)}</p>`)
  .join('\n')}
${[...drawings(comparison), ...tables].join('\n')}
</main>
</body>
</html>
`;
}
