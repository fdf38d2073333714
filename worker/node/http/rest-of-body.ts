/** What a client is still sending when its answer is known. */
import type { IncomingMessage } from 'node:http';

/** More than any part that a client may send through the signer. */
const MAX_BYTES = 512 * 1024 * 1024;
/** A client that sends nothing for so long may be waiting for the answer. */
const PAUSE_MS = 1000;

/**
 * Discards the rest of the body while it arrives, so that the answer comes after it. An answer in between
 * ends the connection half a second later (@hono/node-server 2.1.9), and a client on a slow line that
 * reads only when it has sent everything never sees it.
 */
export function discardRest(incoming: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (incoming.complete || incoming.destroyed || incoming.readableEnded) return resolve();
    let left = MAX_BYTES;
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, PAUSE_MS);
    // Whoever was reading it has answered, and would only keep it from flowing.
    incoming.removeAllListeners('data');
    incoming.on('data', ({ length }: Buffer) => {
      timer.refresh();
      left -= length;
      if (left < 0) done();
    });
    for (const event of ['end', 'close', 'error']) incoming.once(event, done);
    // A web stream that was made of the body only a moment ago pauses it once it has enough.
    incoming.on('pause', () => incoming.resume());
    incoming.resume();
  });
}
