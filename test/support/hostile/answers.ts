/** An answer that a model could write, or that somebody could put into a file to import. */
export interface HostileAnswer {
  kind: string;
  /** The question, by which its conversation is found. */
  name: string;
  text: string;
}

function answers(kind: string, table: Readonly<Record<string, string>>): HostileAnswer[] {
  return Object.entries(table).map(([name, text]) => ({ kind, name, text }));
}

const schemes = [
  'javascript:broken.push(1)',
  'JaVaScRiPt:broken.push(1)',
  ' javascript:broken.push(1)',
  'java\tscript:broken.push(1)',
  'data:text/html,<script>broken.push(1)</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'app://bundle/quick-ask.html',
  'oasst://new',
  'blob:app://bundle/x',
  'about:blank',
  'chrome://version',
  'smb://host/share',
  'ms-msdt:/id',
  '\\\\host\\share',
  '//host/path',
];

/** Almost the address of a page of the app. */
export const hostilePageAddresses = [
  'oasst://open/../',
  'oasst://open/../ask?q=x',
  'oasst://open/models/..',
  'oasst://open/%6dodels',
  'oasst://open//models',
  'oasst://open/models/',
  'oasst://me@open/models',
  'oasst://open:80/models',
  'oasst://open:pass@open/models',
  'oasst://open.evil.example/models',
  'oasst://open/settings/erase',
  'oasst://open/settings/__proto__',
  'oasst://open/constructor',
  'oasst://open/models?then=erase',
  'oasst://open/models#x',
  'oasst:open/models',
  'OASST://OPEN/models',
  'oasst://ask?q=x',
  'oasst://message/01a206fd-37a5-7199-a8ff-d346d2c32e69',
  'https:oasst//open/models',
  'javascript:oasst://open/models',
];

/** @param http where things would be fetched from */
export function hostileAnswers(http: string): readonly HostileAnswer[] {
  return [
    ...answers('answer with HTML', {
      Scripts: `<script>broken.push(1)</script>\n\n<script src="${http}/script"></script>\n\ntext <script>broken.push(1)</script> text`,
      Handlers:
        '<img src=x onerror="broken.push(1)">\n\n<body onload=broken.push(1)>\n\n<details open ontoggle=broken.push(1)>x</details>\n\n<input autofocus onfocus=broken.push(1)>',
      Drawings: `<svg onload=broken.push(1)><script>broken.push(1)</script><use href="${http}/use"/><foreignObject><iframe src="${http}/f"></iframe></foreignObject></svg>\n\n<math><mtext></table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=broken.push(1)&gt;">`,
      'Frames and forms': `<iframe src="${http}/frame"></iframe><object data="${http}/object"></object><embed src="${http}/embed"><form action="${http}/form"><button>Go</button></form><base href="${http}/"><meta http-equiv="refresh" content="0; url=${http}/refresh"><link rel=stylesheet href="${http}/style"><style>@import "${http}/import"; * { display: none }</style>`,
      'Names of the page':
        '<form id="assistant"><input name="conversations"></form><a id="window" name="document">x</a><img name="getElementById">',
      'Half open':
        '<div <div << <a href="x\n\n```\n<script>\n```\n<!-- <script>broken.push(1)</script> -->\n<![CDATA[<script>broken.push(1)</script>]]>\n&lt;script&gt;broken.push(1)&lt;/script&gt;',
    }),
    ...answers('answer with addresses', {
      'Links of every kind': schemes
        .map((scheme, index) => `[link ${String(index)}](<${scheme}>) and <${scheme}>`)
        .join('\n\n'),
      'Links that are almost pages': hostilePageAddresses
        .map((address, index) => `[Models](<${address}>) [link ${String(index)}][${String(index)}] <${address}>`)
        .concat(hostilePageAddresses.map((address, index) => `[${String(index)}]: <${address}>`))
        .join('\n\n'),
      'Links to pages': `[https://bank.example](oasst://open/models) [![x](${http}/in-page-link.png)](oasst://open/trash) <oasst://open/settings/data> [](oasst://open/search) [<script>broken.push(1)</script>](oasst://open/models "t\" onmouseover=broken.push(1)")`,
      'Links by reference':
        '[a][x] [b][y] [c][__proto__]\n\n[x]: javascript:broken.push(1)\n[y]: data:text/html,x "t\\" onmouseover=broken.push(1)"\n[__proto__]: javascript:broken.push(1)',
      Pictures: `![remote](${http}/picture.png)\n\n![data](data:image/svg+xml,<svg onload="broken.push(1)"/>)\n\n![][p]\n\n[p]: ${http}/by-reference.png\n\n[![in a link](${http}/inner.png)](${http}/outer)`,
      'Look-alikes':
        '[https://bank.example](https://bank.example@evil.example/) and https://аpple.com and [paypal](https://xn--pypal-4ve.com/) and https://bank.example\u2215login.evil.example/ and https://example.com\u202Efdp.exe',
      Attributes:
        '[d](https://e.org "t\\" onmouseover=broken.push(1) x=\\"") ![x](https://e.org/\\"onerror=broken.push(1))',
    }),
    ...answers('answer with characters', {
      'Escape codes':
        '\u001b[2J\u001b[31mred\u001b[0m \u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007 \u009b5n \u0007\u0008\u0000 end',
      Directions: 'abc \u202Egpj.exe\u202C \u2066x\u2069 \u200F\u200E \u061C end',
      'Nothing to see': `a\u200Bb\u200Cc\u200Dd\u2060e\uFEFFf\u00ADg ${'\u{E0041}'.repeat(50)} ${'\u0301'.repeat(5000)} end`,
      'Halves of letters': 'x \uD800 y \uDFFF z \uFFFE \uFFFF end',
    }),
    ...answers('answer that is too much', {
      'A line of a million': 'x'.repeat(1_000_000),
      'A million words': 'word '.repeat(200_000),
      'A table': `|${'a|'.repeat(200)}\n|${'-|'.repeat(200)}\n${`|${'cell|'.repeat(200)}\n`.repeat(200)}`,
      'A fence without end': `\`\`\`python\n${'x = 1  # text\n'.repeat(20_000)}`,
      Fences: '```\n'.repeat(5001),
      'Deep lists': Array.from({ length: 300 }, (_, depth) => `${'  '.repeat(depth)}- ${String(depth)}`).join('\n'),
      'Deep quotes': `${'> '.repeat(3000)}x`,
      Brackets: `${'['.repeat(20_000)}x`,
      'Links in links': `${'[a]('.repeat(5000)}x`,
      Stars: '*a_ '.repeat(10_000),
      Backticks: Array.from({ length: 400 }, (_, count) => '`'.repeat(count + 1)).join('x'),
      Footings: `${'a\n'.repeat(20_000)}===`,
      'Half tags': '<a '.repeat(20_000),
      Entities: '&amp;'.repeat(50_000),
    }),
    ...answers('answer against the highlighter', {
      JavaScript: `\`\`\`js\n${'('.repeat(20_000)}\n${'`${'.repeat(5000)}\n\`\`\``,
      Python: `\`\`\`python\n${'f"{'.repeat(10_000)}\n${'@a'.repeat(20_000)}\n\`\`\``,
      'C++': `\`\`\`cpp\n${'template<'.repeat(10_000)}\n${'a '.repeat(30_000)}(\n\`\`\``,
      XML: `\`\`\`xml\n${'<a b="'.repeat(10_000)}\n${'<!--'.repeat(10_000)}\n\`\`\``,
      YAML: `\`\`\`yaml\n${'- '.repeat(20_000)}\n${'a: &b *c '.repeat(10_000)}\n\`\`\``,
      SQL: `\`\`\`sql\n${"'".repeat(20_001)}\n${'select('.repeat(10_000)}\n\`\`\``,
      'A language of its own':
        '```"><script>broken.push(1)</script>\nx\n```\n\n```__proto__\nx\n```\n\n```constructor\nx\n```',
    }),
  ];
}
