/** Browsers keep a connection that nobody uses for about this long. */
const KEPT_MS = 10_000;

/** Opens connections to the store before there is a request for it. */
export class Preconnect {
  #openedAt = -Infinity;

  /**
   * Connects to `origins` while the Worker is creating an upload: connecting takes two or three round
   * trips with TLS, and the first part would have to wait for them. Without a document (in a worker), or
   * where the browser does not know `preconnect`, it does nothing.
   */
  open(origins: readonly string[]): void {
    const page = globalThis.document;
    const now = performance.now();
    if (!page || now - this.#openedAt < KEPT_MS) return;
    this.#openedAt = now;
    for (const origin of origins) {
      const link = page.createElement('link');
      link.rel = 'preconnect';
      link.href = origin;
      // Parts are sent without cookies, on connections of their own:
      // https://html.spec.whatwg.org/multipage/links.html#link-type-preconnect
      link.crossOrigin = 'anonymous';
      page.head.append(link);
      link.remove();
    }
  }
}
