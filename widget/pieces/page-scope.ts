import type { ReactiveController, ReactiveControllerHost } from 'lit';

type Host = ReactiveControllerHost & HTMLElement;

/**
 * Stands in for an element where its `Intake` listens, and listens on the whole page. What another
 * element on the page has dealt with is left to it.
 */
export function pageScope(host: Host): Host {
  const scope = new PageScope(host);
  host.addController(scope);
  // As much of an element as an `Intake` uses.
  return scope as unknown as Host;
}

class PageScope implements ReactiveController {
  readonly #host: Host;
  readonly #listeners: (readonly [type: string, listener: (event: Event) => void])[] = [];
  #listening = new AbortController();

  constructor(host: Host) {
    this.#host = host;
  }

  get isConnected(): boolean {
    return this.#host.isConnected;
  }

  get shadowRoot(): ShadowRoot | null {
    return this.#host.shadowRoot;
  }

  addController(controller: ReactiveController): void {
    this.#host.addController(controller);
  }

  requestUpdate(): void {
    this.#host.requestUpdate();
  }

  /** The listener is called for what happens on the page, while the host is on it. */
  addEventListener(type: string, listener: (event: Event) => void): void {
    this.#listeners.push([
      type,
      (event) => {
        const isOwn = event.composedPath().includes(this.#host);
        if (isOwn || !event.defaultPrevented) listener(event);
      },
    ]);
  }

  hostConnected(): void {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    for (const [type, listener] of this.#listeners) {
      this.#host.ownerDocument.addEventListener(type, listener, { signal });
    }
  }

  hostDisconnected(): void {
    this.#listening.abort();
  }
}
