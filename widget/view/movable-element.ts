import { isServer, LitElement, type CSSResult } from 'lit';

/**
 * An element that keeps its styles when it is moved to another document, such as that of an
 * `<iframe>`, a popup or a picture-in-picture window. A document adopts only style sheets that were
 * made in it, and Lit makes its own in the document of its module:
 * https://drafts.csswg.org/cssom/#dom-documentorshadowroot-adoptedstylesheets
 *
 * What a server has drawn is drawn anew before the next frame and not hydrated: a server knows neither
 * the language of the page nor its slots, and Lit would keep the server's texts.
 */
export class MovableElement extends LitElement {
  readonly #styles: CSSResult[] = [];

  /** Adds styles that were not loaded with the element. @internal */
  addStyles(styles: CSSResult): void {
    this.#styles.push(styles);
    adopt(this.shadowRoot, styles);
  }

  /** Another document has taken the styles away. */
  adoptedCallback(): void {
    const { elementStyles } = this.constructor as typeof MovableElement;
    for (const styles of [...elementStyles, ...this.#styles]) {
      adopt(this.shadowRoot, styles as CSSResult);
    }
  }

  /** `moveBefore()` moves the element as it is: uploads, scroll position and all. */
  connectedMoveCallback(): void {}

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const { shadowRoot } = this;
    if (isServer || (!shadowRoot && this.ownerDocument === document)) {
      return super.createRenderRoot();
    }
    const root = shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.replaceChildren();
    this.adoptedCallback();
    return root;
  }
}

function adopt(root: ShadowRoot | null, { styleSheet, cssText }: CSSResult): void {
  // A document without a window shows nothing.
  const view = root?.ownerDocument.defaultView as (Window & typeof globalThis) | null | undefined;
  if (!root || !view || !styleSheet) return;
  let sheet = styleSheet;
  if (root.ownerDocument !== document) {
    sheet = new view.CSSStyleSheet();
    sheet.replaceSync(cssText);
  }
  root.adoptedStyleSheets.push(sheet);
}
