// @ts-check
/**
 * Loaded into an Electron before the app (`-r`): holds it back until Playwright is connected. Without it, about one start in
 * ten on a busy machine hangs, where a window is made while Playwright connects. Playwright's own file for this is loaded
 * only into an Electron that it has found itself, and changes switches, which tests of the app must not.
 */
const { app } = require('electron');

const electronReady = app.whenReady();
/** @type {Promise<void>} */
const connected = new Promise((resolve) => {
  // The name by which Playwright calls when it is.
  Object.assign(globalThis, { __playwright_run: resolve });
});
const ready = Promise.all([electronReady, connected]).then(() => undefined);
app.whenReady = () => ready;
