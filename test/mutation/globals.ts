/** What the widget's tests find as globals, for a run in Node.js: `node --import` this file. */
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

Object.assign(globalThis, { after, afterEach, before, beforeEach, describe, it });
if (!('onLine' in navigator)) {
  Object.defineProperty(navigator, 'onLine', { value: true, configurable: true });
}
