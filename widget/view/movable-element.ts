import { LitElement, type CSSResult } from 'lit';

/**
 * An element that keeps its styles when it is moved to another document, such as that of an
 * `<iframe>`, a popup or a picture-in-picture window. A document adopts only style sheets that were
 * made in it, and Lit makes its own in the document of its module:
 * https://drafts.csswg.org/cssom/#dom-documentorshadowroot-adoptedstylesheets
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
    if (this.ownerDocument === document) return super.createRenderRoot();
    const root = this.attachShadow({ mode: 'open' });
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
