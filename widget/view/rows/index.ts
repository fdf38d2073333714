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
import { loadReorder, type Order, type ReorderHost } from '../load-reorder.ts';
import type { View } from '../view.ts';
import { Editing, type EditingHost } from './edit/editing.ts';
import { Interrupted, type InterruptedHost } from './interrupted/interrupted.ts';
import { interruptedView } from './interrupted/view.ts';
import { FocusKeeper } from './keyboard/focus.ts';
import { GridKeys, rowsIn } from './keyboard/grid-keys.ts';
import { RowList } from './list.ts';
import { refusals, refusalStyles } from './refusals.ts';
import { shownName } from './name.ts';
import { Printing } from './printing.ts';
import { isPausable } from './row.ts';
import { Announcer } from './speech/announcer.ts';
import { rowStyles } from './styles.ts';
import { thumbStyles } from './thumbs/styles.ts';
import { summary } from './summary.ts';

/** A line that moves for a moment, and stands still again, is announced once. */
const SAME_STALL_MS = 60_000;

export type RowsHost = InterruptedHost &
  ReorderHost &
  EditingHost &
  ActionHost & {
    readonly totals: Totals;
    readonly form: HTMLFormElement | null;
    addStyles(styles: CSSResult): void;
    /** True if all uploads wait for `start()`. */
    readonly isWaitingForStart: boolean;
  };

/** Draws and announces the uploads of one element. */
export class RowsView {
  readonly announcer: Announcer;
  readonly #focus = new FocusKeeper();
  readonly #host: RowsHost;
  readonly #reports: Reports;
  readonly #list: RowList;
  readonly #printing: Printing;
  readonly #interrupted: Interrupted;
  #interruptedKeys: GridKeys | undefined;
  readonly #localizer: () => Localizer;
  readonly #arrange: (order: Order) => void;
  /** The code that moves rows is loading, or there. */
  #reorder: 'absent' | 'loading' | 'ready' = 'absent';
  readonly #editing: Editing;
  #wasOffline = false;
  #wasStalled = false;
  /** Until then, a stall is the one that was announced. */
  #quietUntil = 0;

  /** Adds its styles to the host's shadow root. `arrange` puts the uploads in another order. */
  constructor(
    host: RowsHost,
    localizer: () => Localizer,
    reports: Reports,
    arrange: (order: Order) => void,
  ) {
    addEnglish(en);
    this.#host = host;
    this.#reports = reports;
    this.#localizer = localizer;
    this.#arrange = arrange;
    this.announcer = new Announcer(host, localizer);
    this.#editing = new Editing(host);
    this.#list = new RowList(() => host.requestUpdate(), this.#editing);
    this.#interrupted = new Interrupted(host);
    this.#printing = new Printing(host);
    host.addStyles(thumbStyles);
    host.addStyles(rowStyles);
    host.addStyles(refusalStyles);
  }

  /** Does what a button says, for the upload with this id or for all. */
  perform(action: Exclude<Action, 'again' | 'folder'>, id: string | undefined): void {
    if (action === 'edit') this.#editing.open(id);
    else perform(action, id, this.#host, this.#reports);
  }

  refusals(rejected: readonly Rejection[], view: View): unknown {
    return refusals(rejected, view);
  }

  draw(view: View): TemplateResult {
    const { uploads, totals, isWaitingForStart, form, name } = this.#host;
    this.announcer.update(uploads);
    this.#announceWaiting(view.localizer);
    const canPause = uploads.some(isPausable);
    const isMoving = uploads.some(({ status }) => status === 'uploading');
    const isWaiting = !isMoving && uploads.some(({ waitingFor }) => waitingFor);
    const canReorder = view.canReorder && this.#reorder === 'ready';
    const rowView = canReorder === view.canReorder ? view : { ...view, canReorder };
    this.#list.isWhole = this.#printing.isOn;
    const list =
      uploads.length > 0 ? this.#list.update(uploads, rowView, isWaitingForStart) : undefined;
    if (list && view.canReorder) this.#loadReorder(list);
    const canClear = !form || !name;
    const hasSummary = totals.files > 1 || isWaitingForStart;
    return html`${interruptedView(this.#interrupted, view)}${
      list
        ? html`${hasSummary ? summary(totals, { isWaitingForStart, isMoving, isWaiting, canPause, canClear }, view) : nothing}
          ${list}`
        : nothing
    }`;
  }

  /** Call it before each drawing. */
  beforeDrawing(): void {
    this.#focus.remember(this.#host.shadowRoot);
  }

  /** Call it after each drawing. */
  afterDrawing(): void {
    const { shadowRoot } = this.#host;
    this.#focus.restore(shadowRoot);
    const grid = shadowRoot?.querySelector<HTMLElement>('[part=interrupted] [role=grid]');
    if (!grid) this.#interruptedKeys = undefined;
    else (this.#interruptedKeys ??= new GridKeys(grid, rowsIn(grid))).update();
  }

  /** If it cannot be loaded, the next drawing tries again. */
  #loadReorder(list: HTMLElement): void {
    if (this.#reorder !== 'absent') return;
    this.#reorder = 'loading';
    loadReorder().then(
      ({ letReorder }) => {
        letReorder(this.#host, list, {
          arrange: this.#arrange,
          onMoved: ({ name }, at, n) => {
            const moved = this.#localizer().text('moved', { at, n });
            this.announcer.news(`${shownName(name)}: ${moved}`);
          },
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
