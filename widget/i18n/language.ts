import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { LOCALE_EVENT } from './locales.ts';

/** The language that an element stands in. Draws it again when that changes, or has been learnt. */
export class Language implements ReactiveController {
  /** As the page has it: a BCP 47 tag, or anything else. */
  tag = '';
  readonly #host: ReactiveControllerHost & Element;
  readonly #redraw = (): void => this.#host.requestUpdate();
  readonly #relearn = (): void => {
    this.tag = '';
    this.#redraw();
  };
  readonly #observer = new MutationObserver(this.#redraw);

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    globalThis.addEventListener(LOCALE_EVENT, this.#relearn);
    // That of any element around may change.
    for (const root of [document, this.#host.getRootNode()]) {
      this.#observer.observe(root, { attributeFilter: ['lang'], subtree: true });
    }
  }

  hostDisconnected(): void {
    globalThis.removeEventListener(LOCALE_EVENT, this.#relearn);
    this.#observer.disconnect();
  }

  /** Reads it; true if texts must be made again. */
  read(): boolean {
    const former = this.tag;
    this.tag = languageOf(this.#host);
    return this.tag !== former;
  }
}

/** Of the nearest `lang`, through shadow roots; else English. */
function languageOf(element: Element): string {
  for (let node: Element | null = element; node; node = hostOf(node)) {
    const found = node.closest('[lang]')?.getAttribute('lang');
    if (found) return found;
  }
  return 'en';
}

function hostOf(element: Element): Element | null {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}
