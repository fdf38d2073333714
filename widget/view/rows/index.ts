/**
 * What is seen and announced once there are files: their rows, the line about all of them, refusals,
 * and interrupted uploads of an earlier visit. Loaded with the first file, so that a page on which
 * nobody has chosen one stays light.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { Rejection, Totals } from '../../core/index.ts';
import type { Localizer } from '../../i18n/localizer.ts';
import type { View } from '../view.ts';
import { Announcer } from './announcer.ts';
import { FocusKeeper } from './focus.ts';
import { Interrupted, type InterruptedHost } from './interrupted/interrupted.ts';
import { interruptedView } from './interrupted/view.ts';
import { RowList } from './list.ts';
import { refusals } from './refusals.ts';
import { shownName } from './name.ts';
import { isPausable } from './row.ts';
import { rowStyles } from './styles.ts';
import { summary } from './summary.ts';

/** A line that moves for a moment, and stands still again, is announced once. */
const SAME_STALL_MS = 60_000;

export interface RowsHost extends InterruptedHost {
  readonly totals: Totals;
  /** True if all uploads wait for `start()`. */
  readonly isWaitingForStart: boolean;
}

/** Draws and announces the uploads of one element. */
export class RowsView {
  readonly announcer: Announcer;
  readonly focus = new FocusKeeper();
  readonly #host: RowsHost;
  readonly #list: RowList;
  readonly #interrupted: Interrupted;
  #wasOffline = false;
  #wasStalled = false;
  /** Until then, a stall is the one that was announced. */
  #quietUntil = 0;

  /** Adds its styles to the host's shadow root. */
  constructor(host: RowsHost, localizer: () => Localizer) {
    this.#host = host;
    this.announcer = new Announcer(host, localizer);
    this.#list = new RowList(() => host.requestUpdate());
    this.#interrupted = new Interrupted(host);
    if (rowStyles.styleSheet) host.shadowRoot?.adoptedStyleSheets.push(rowStyles.styleSheet);
  }

  refusals(rejected: readonly Rejection[], view: View): unknown {
    return refusals(rejected, view);
  }

  draw(view: View): TemplateResult {
    const { uploads, totals, isWaitingForStart } = this.#host;
    this.#announceWaiting(view.localizer);
    const canPause = uploads.some(isPausable);
    const isMoving = uploads.some(({ status }) => status === 'uploading');
    const isWaiting = !isMoving && uploads.some(({ waitingFor }) => waitingFor);
    const hasSummary = totals.files > 1 || isWaitingForStart;
    return html`${interruptedView(this.#interrupted, view)}${
      uploads.length > 0
        ? html`${hasSummary ? summary(totals, { isWaitingForStart, isMoving, isWaiting, canPause }, view) : nothing}
          ${this.#list.update(uploads, view, isWaitingForStart)}`
        : nothing
    }`;
  }

  #announceWaiting(localizer: Localizer): void {
    const { uploads } = this.#host;
    const isOffline = uploads.some(({ waitingFor }) => waitingFor === 'online');
    if (isOffline && !this.#wasOffline) this.announcer.news(localizer.text('offline'));
    this.#wasOffline = isOffline;
    const stalled = uploads.find(({ waitingFor }) => waitingFor === 'line');
    const nowMs = performance.now();
    if (stalled && !this.#wasStalled && nowMs > this.#quietUntil) {
      this.announcer.news(`${shownName(stalled.name)}: ${localizer.text('stalled')}`);
    }
    if (this.#wasStalled) this.#quietUntil = nowMs + SAME_STALL_MS;
    this.#wasStalled = stalled !== undefined;
  }
}
