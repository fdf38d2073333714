/**
 * What is seen and announced once there are files: their rows, the line about all of them, refusals,
 * and interrupted uploads of an earlier visit. Loaded with the first file, so that a page on which
 * nobody has chosen one stays light.
 */
import { html, nothing, type CSSResult, type TemplateResult } from 'lit';
import type { Rejection, Totals } from '../../core/index.ts';
import { perform, type ActionHost, type Reports } from '../../control/actions.ts';
import { en } from '../../i18n/en.ts';
import { addEnglish, type Localizer } from '../../i18n/localizer.ts';
import type { Action } from '../clicked.ts';
import type { View } from '../view.ts';
import { Announcer } from './announcer.ts';
import { FocusKeeper } from './focus.ts';
import { Interrupted, type InterruptedHost } from './interrupted/interrupted.ts';
import { interruptedView } from './interrupted/view.ts';
import { RowList } from './list.ts';
import { loadReorder, type ReorderHost } from './load-reorder.ts';
import { refusals } from './refusals.ts';
import { shownName } from './name.ts';
import { isPausable } from './row.ts';
import { rowStyles } from './styles.ts';
import { thumbStyles } from './thumbs/styles.ts';
import { summary } from './summary.ts';

/** A line that moves for a moment, and stands still again, is announced once. */
const SAME_STALL_MS = 60_000;

export type RowsHost = InterruptedHost &
  ReorderHost &
  ActionHost & {
    readonly totals: Totals;
    addStyles(styles: CSSResult): void;
    /** True if all uploads wait for `start()`. */
    readonly isWaitingForStart: boolean;
  };

/** Draws and announces the uploads of one element. */
export class RowsView {
  readonly announcer: Announcer;
  readonly focus = new FocusKeeper();
  readonly #host: RowsHost;
  readonly #reports: Reports;
  readonly #list: RowList;
  readonly #interrupted: Interrupted;
  readonly #localizer: () => Localizer;
  /** The code that moves rows is loading, or there. */
  #reorder: 'absent' | 'loading' | 'ready' = 'absent';
  #wasOffline = false;
  #wasStalled = false;
  /** Until then, a stall is the one that was announced. */
  #quietUntil = 0;

  /** Adds its styles to the host's shadow root. */
  constructor(host: RowsHost, localizer: () => Localizer, reports: Reports) {
    addEnglish(en);
    this.#host = host;
    this.#reports = reports;
    this.#localizer = localizer;
    this.announcer = new Announcer(host, localizer);
    this.#list = new RowList(() => host.requestUpdate());
    this.#interrupted = new Interrupted(host);
    host.addStyles(thumbStyles);
    host.addStyles(rowStyles);
  }

  /** Does what a button says, for the upload with this id or for all. */
  perform(action: Exclude<Action, 'again' | 'folder'>, id: string | undefined): void {
    perform(action, id, this.#host, this.#reports);
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
    const canReorder = view.canReorder && this.#reorder === 'ready';
    const rowView = canReorder === view.canReorder ? view : { ...view, canReorder };
    const list =
      uploads.length > 0 ? this.#list.update(uploads, rowView, isWaitingForStart) : undefined;
    if (list && view.canReorder) this.#loadReorder(list);
    const hasSummary = totals.files > 1 || isWaitingForStart;
    return html`${interruptedView(this.#interrupted, view)}${
      list
        ? html`${hasSummary ? summary(totals, { isWaitingForStart, isMoving, isWaiting, canPause }, view) : nothing}
          ${list}`
        : nothing
    }`;
  }

  /** If it cannot be loaded, the next drawing tries again. */
  #loadReorder(list: HTMLElement): void {
    if (this.#reorder !== 'absent') return;
    this.#reorder = 'loading';
    loadReorder().then(
      ({ letReorder }) => {
        letReorder(this.#host, list, ({ name }, at, n) => {
          const moved = this.#localizer().text('moved', { at, n });
          this.announcer.news(`${shownName(name)}: ${moved}`);
        });
        this.#reorder = 'ready';
        this.#host.requestUpdate();
      },
      () => (this.#reorder = 'absent'),
    );
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
