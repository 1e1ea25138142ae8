/** Mac keyboards name keys differently, and ⌘ does there what Ctrl does elsewhere. */
export const isMac = navigator.userAgent.includes('Mac');
