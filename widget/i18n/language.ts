import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Messages } from './en.ts';
import { LOCALE_EVENT } from './locales.ts';
import { Localizer } from './localizer.ts';

interface LanguageHost extends ReactiveControllerHost, Element {
  /** The page's own texts. */
  readonly messages: Messages | undefined;
}

/**
 * The language of the page around an element: its nearest `lang`. Draws the element again when that
 * changes, or when a locale is registered.
 */
export class Language implements ReactiveController {
  #localizer = new Localizer('en');
  readonly #host: LanguageHost;
  /** The `lang` and the texts that the localizer was made from. */
  #madeFrom: { readonly tag: string; readonly messages: Messages | undefined } | undefined;
  readonly #redraw = (): void => this.#host.requestUpdate();
  readonly #onLocale = (): void => {
    this.#madeFrom = undefined;
    this.#redraw();
  };
  readonly #observer = new MutationObserver(this.#redraw);

  constructor(host: LanguageHost) {
    this.#host = host;
    host.addController(this);
  }

  /** Speaks the language; another object when the language or the texts have changed. */
  get localizer(): Localizer {
    return this.#localizer;
  }

  hostConnected(): void {
    globalThis.addEventListener(LOCALE_EVENT, this.#onLocale);
    // The `lang` of any ancestor may change.
    for (const root of [this.#host.ownerDocument, this.#host.getRootNode()]) {
      this.#observer.observe(root, { attributeFilter: ['lang'], subtree: true });
    }
  }

  hostDisconnected(): void {
    globalThis.removeEventListener(LOCALE_EVENT, this.#onLocale);
    this.#observer.disconnect();
  }

  hostUpdate(): void {
    const { messages } = this.#host;
    const tag = languageOf(this.#host);
    if (this.#madeFrom?.tag === tag && this.#madeFrom.messages === messages) return;
    this.#madeFrom = { tag, messages };
    this.#localizer = new Localizer(tag, messages);
  }
}

/** The nearest `lang`, also outside shadow roots; English if there is none. */
function languageOf(element: Element): string {
  for (let node: Element | null = element; node; node = hostOf(node)) {
    const found = node.closest('[lang]')?.getAttribute('lang');
    if (found) return found;
  }
  return 'en';
}

function hostOf(element: Element): Element | null {
  const root = element.getRootNode();
  // Not `instanceof`: the shadow roots of another window are of another class.
  return 'host' in root ? (root as ShadowRoot).host : null;
}
