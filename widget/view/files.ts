/**
 * What is seen once there are files: their rows, the line about all of them, and those of an earlier
 * visit. Loaded apart, so that a page on which nobody has chosen any yet stays light.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { Totals } from '../core/types.ts';
import { Offers, type OffersHost } from '../offers.ts';
import { RowList } from './list.ts';
import { offersView } from './offers.ts';
import { rowStyles } from './row-styles.ts';
import { summary } from './summary.ts';
import type { View } from './view.ts';

export { walk } from '../intake/folder.ts';

interface FilesHost extends OffersHost {
  readonly totals: Totals;
  /** They all wait to be started. */
  readonly isHeld: boolean;
}

export class Files {
  readonly #host: FilesHost;
  readonly #list: RowList;
  readonly #offers: Offers;

  /** Brings its own styles along. */
  constructor(host: FilesHost) {
    this.#host = host;
    this.#list = new RowList(() => host.requestUpdate());
    this.#offers = new Offers(host);
    if (rowStyles.styleSheet) host.shadowRoot?.adoptedStyleSheets.push(rowStyles.styleSheet);
  }

  draw(view: View): TemplateResult {
    const { uploads, totals, isHeld } = this.#host;
    return html`${offersView(this.#offers, view)}${
      uploads[0]
        ? html`${totals.files > 1 || isHeld ? summary(totals, isHeld, view) : nothing}
          ${this.#list.update(uploads, view)}`
        : nothing
    }`;
  }
}
