import { inputSchemas } from '../../../preload/contract/api.ts';
import { channels } from '../../../preload/contract/channels.ts';
import type { Attack } from './page-attacks.ts';

/** Calls of the app's own api by a script that is not the app's. A refusal is an answer that says so, or none at all. */

/** Of a shape that some channel might swallow. */
const shapes: readonly unknown[] = [
  null,
  0,
  'x',
  [],
  {},
  { conversationId: '../../etc/passwd' },
  { messageId: "' OR 1=1 --" },
  { path: '/etc/passwd' },
  { url: 'file:///etc/passwd' },
  { url: 'javascript:alert(1)' },
  { constructor: { prototype: { polluted: true } } },
  { text: { toString: 'x' } },
];

/** Text that JSON turns into an object with a name that assignment would read as its prototype. */
const prototypes = ['{"__proto__": {"polluted": true}, "more": 1}', '{"a": {"__proto__": {"polluted": true}}}'];

function methodOf(channel: string): string {
  const camel = channel.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return `assistant.${camel.replace(':', '.')}`;
}

const call = (method: string, input: string): string => `return (await ${method}(${input})).ok;`;

/** Every channel that takes something, with all that it must not take. */
const wrongShapes: Attack[] = channels.flatMap((channel) => {
  const schema = inputSchemas[channel];
  // The bridge passes nothing on to those that take nothing.
  if (schema.safeParse(undefined).success) return [];
  const texts = [
    ...shapes.filter((shape) => !schema.safeParse(shape).success).map((shape) => JSON.stringify(shape)),
    ...prototypes,
  ];
  return texts.map((text) => ({
    kind: 'call of a wrong shape',
    name: `${channel} ${text}`,
    code: call(methodOf(channel), `JSON.parse(${JSON.stringify(text)})`),
  }));
});

function attacks(kind: string, table: Readonly<Record<string, string>>): Attack[] {
  return Object.entries(table).map(([name, code]) => ({ kind, name, code }));
}

const oversized = attacks('call that is too large', {
  'text of sixty million': call('assistant.app.copyText', "{ text: 'x'.repeat(60_000_000) }"),
  'name of a hundred million': call(
    'assistant.conversations.rename',
    "{ conversationId: 'x', title: 'x'.repeat(100_000_000) }",
  ),
  'list of two million': call(
    'assistant.settings.change',
    '{ customPresets: Array.from({ length: 2_000_000 }, () => 0) }',
  ),
  'empty list of four thousand million': call(
    'assistant.conversations.open',
    '{ conversationId: new Array(2 ** 32 - 1) }',
  ),
  'five thousand levels':
    'let deep = 0; for (let i = 0; i < 5000; i += 1) deep = [deep];\n' +
    call('assistant.conversations.open', '{ conversationId: deep }'),
  'something that holds itself': 'const ring = {}; ring.ring = ring;\n' + call('assistant.conversations.open', 'ring'),
  'a hundred megabytes': call('assistant.conversations.open', '{ conversationId: new ArrayBuffer(100_000_000) }'),
  'a hundred thousand names':
    "const wide = {}; for (let i = 0; i < 150_000; i += 1) wide['n' + i] = i;\n" +
    call('assistant.settings.change', 'wide'),
});

const odd = attacks('call with something odd', {
  'a function': call('assistant.conversations.open', '{ conversationId: () => 1 }'),
  'a getter': call('assistant.conversations.open', "{ get conversationId() { return '../x'; } }"),
  'a proxy': call(
    'assistant.conversations.open',
    "new Proxy({}, { get: () => 'x', has: () => true, ownKeys: () => ['conversationId'] })",
  ),
  'a symbol': call('assistant.conversations.open', "{ conversationId: Symbol('x') }"),
  'a large number': call('assistant.conversations.open', '{ conversationId: 10n ** 1000n }'),
  'a map': call('assistant.conversations.open', "new Map([['conversationId', 'x']])"),
  'a class': call('assistant.conversations.open', '{ conversationId: new (class X { x = 1 })() }'),
  'an element': call('assistant.conversations.open', 'document.body'),
  'a promise': call('assistant.conversations.open', 'Promise.resolve({})'),
  'a regular expression': call('assistant.conversations.open', '{ conversationId: /(a+)+$/ }'),
  'a name with a zero': call('assistant.library.inspectFile', String.raw`{ path: '/etc/passwd\0.gguf' }`),
});

const reaching = attacks('reach beyond the api', {
  'a channel that is not there':
    "return typeof assistant.conversations['wipe'] === 'function' || typeof assistant.invoke === 'function';",
  'the bridge’s own tools':
    "return ['ipcRenderer', 'invoke', 'send', 'webUtils'].some((name) => name in assistant || name in globalThis);",
  'another function in the bridge’s place':
    "const before = assistant.app.info; try { assistant.app.info = () => 1; } catch {} globalThis.assistant = null; return globalThis.assistant === null || typeof assistant.app.info !== 'function';",
  'the preload’s world by a constructor':
    "const made = assistant.app.info.constructor('return typeof require + typeof process')(); return made !== 'undefinedundefined';",
  'the preload’s world by an answer': 'const answer = assistant.app.info(); return answer.constructor !== Promise;',
  'the prototype that main uses':
    'Object.prototype.ok = true; Object.prototype.trusted = true; try { return (await assistant.conversations.open({})).value !== undefined; } finally { delete Object.prototype.ok; delete Object.prototype.trusted; }',
  'an event that was not sent':
    "let heard = 0; const end = assistant.conversations.onChanged(() => { heard += 1; }); postMessage({ channel: 'conversations:changed' }, '*'); await new Promise((next) => setTimeout(next, 100)); end(); return heard > 0;",
});

export const ipcAttacks: readonly Attack[] = [...wrongShapes, ...oversized, ...odd, ...reaching];
