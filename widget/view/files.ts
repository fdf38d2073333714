/**
 * What is seen and heard once there are files: their rows, the line about all of them, what was
 * refused, and those of an earlier visit. Loaded apart, so that a page on which nobody has chosen
 * any yet stays light.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { Announcer } from '../announcer.ts';
import type { Rejection, Totals } from '../core/types.ts';
import type { Localizer } from '../i18n/localizer.ts';
import { Offers, type OffersHost } from '../offers.ts';
import { FocusKeeper } from './focus.ts';
import { RowList } from './list.ts';
import { offersView } from './offers.ts';
import { refusals } from './refusals.ts';
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
  readonly announcer: Announcer;
  readonly focus = new FocusKeeper();
  readonly #host: FilesHost;
  readonly #list: RowList;
  readonly #offers: Offers;
  #isOffline = false;

  /** Brings its own styles along. */
  constructor(host: FilesHost, localizer: () => Localizer) {
    this.#host = host;
    this.announcer = new Announcer(host, localizer);
    this.#list = new RowList(() => host.requestUpdate());
    this.#offers = new Offers(host);
    if (rowStyles.styleSheet) host.shadowRoot?.adoptedStyleSheets.push(rowStyles.styleSheet);
  }

  refusals(rejected: readonly Rejection[], view: View): unknown {
    return refusals(rejected, view);
  }

  draw(view: View): TemplateResult {
    const { uploads, totals, isHeld } = this.#host;
    const isMoving = uploads.some(({ status }) => status === 'uploading');
    const isOffline = uploads.some(({ waitingFor }) => waitingFor === 'online');
    if (isOffline && !this.#isOffline) this.announcer.news(view.localizer.text('offline'));
    this.#isOffline = isOffline;
    return html`${offersView(this.#offers, view)}${
      uploads[0]
        ? html`${totals.files > 1 || isHeld ? summary(totals, { isHeld, isMoving }, view) : nothing}
          ${this.#list.update(uploads, view)}`
        : nothing
    }`;
  }
}
