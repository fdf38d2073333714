import { isServer, type ReactiveController, type TemplateResult } from 'lit';
import type { Language } from '../i18n/language.ts';
import type { Intake } from '../intake/intake.ts';
import { clickedIn } from '../view/clicked.ts';
import { frame } from '../view/frame.ts';
import { limitsOf, limitsText, refusalText } from '../view/phrases.ts';
import { viewCache } from '../view/view.ts';
import type { DragState, ZoneView } from '../view/zone.ts';
import type { FormControl } from './form/form-control.ts';
import type { Refusals } from './refusals.ts';
import type { RowsLoader } from './rows-loader.ts';
import type { SettingsElement } from './settings-element.ts';
import { setStates, statesOf } from './states.ts';
import type { ChooseAgain } from './uploads/choose-again.ts';
import type { Uploads } from './uploads/uploads.ts';

/** True on devices that have only a finger, with which nothing can be dragged. */
const TOUCH_ONLY = '(any-pointer: coarse) and (not (any-pointer: fine))';

/** The controllers whose state is drawn. */
export interface DrawingSources {
  readonly language: Language;
  readonly uploads: Uploads;
  readonly form: FormControl;
  readonly refusals: Refusals;
  readonly chooseAgain: ChooseAgain;
  readonly rows: RowsLoader;
  readonly intake: Intake;
}

/** What a drag over the element, or a drop, has to be answered with. */
interface Notice {
  readonly dragState: DragState | undefined;
  readonly text: string;
}

/** The element, as far as it is drawn; `zoneView` draws where files are chosen. */
type DrawingHost = SettingsElement & { readonly zoneView: ZoneView };

/** Draws the element from the state of its controllers, and handles clicks on what it has drawn. */
export class Drawing implements ReactiveController {
  readonly #host: DrawingHost;
  readonly #internals: ElementInternals;
  readonly #sources: DrawingSources;
  readonly #viewOf = viewCache();

  constructor(host: DrawingHost, internals: ElementInternals, sources: DrawingSources) {
    this.#host = host;
    this.#internals = internals;
    this.#sources = sources;
    // On a server it would become an attribute, which is the author's.
    if (!isServer) internals.role = 'group';
    host.addController(this);
  }

  hostUpdate(): void {
    const { uploads, form } = this.#sources;
    const { dragState } = this.#notice();
    setStates(this.#internals, {
      ...statesOf(uploads.list, uploads.totals, uploads.isWaitingForStart),
      dragging: dragState === 'dragging',
      'drag-reject': dragState === 'drag-reject',
      'user-invalid': form.isUserInvalid,
    });
    this.#internals.ariaLabel = this.#label() ?? null;
    // Otherwise browsers call the group invalid as soon as an upload runs.
    this.#internals.ariaInvalid = `${form.isUserInvalid}`;
  }

  render(): TemplateResult {
    const { language, uploads, form, refusals, chooseAgain, rows, intake } = this.#sources;
    const { accept, capture, multiple, directory, label, hint, isDisabled, isMany } = this.#host;
    const { required, minFiles, reorder: canReorder } = this.#host;
    const { localizer } = language;
    const { canDownload } = uploads;
    const view = this.#viewOf({ localizer, isDisabled, isMany, canDownload, canReorder });
    const state = {
      accept,
      capture,
      multiple,
      directory,
      label,
      hint,
      hasSlot: (name: string) => this.#slotted(name) !== undefined,
      requirement: required || minFiles ? localizer.text('needed') : '',
      complaint: form.isUserInvalid ? this.#internals.validationMessage : '',
      foreign: form.hasCustomMessage ? undefined : localizer.foreign,
      isEmpty: uploads.list.length === 0,
    };
    const content = {
      zone: this.#zone(),
      refusals: rows.view?.refusals(refusals.list, view),
      rows: rows.view?.draw(view),
    };
    return frame(state, content, {
      onClick: this.#onClick,
      onSlot: this.#redraw,
      onPick: intake.onPick,
      onCancel: chooseAgain.cancel,
    });
  }

  #zone(): TemplateResult {
    const { language, uploads, form } = this.#sources;
    const { localizer } = language;
    const { directory, multiple, isDisabled, isMany, noDrop, autofocus } = this.#host;
    const hasRows = uploads.list.length > 0;
    const { dragState, text } = this.#notice();
    return this.#host.zoneView(
      {
        isDisabled,
        isUserInvalid: form.isUserInvalid,
        isFull: uploads.isFull,
        isReplaced: this.#slotted('dropzone') !== undefined,
        canDrop: !noDrop && (isServer || !matchMedia(TOUCH_ONLY).matches),
        isMany,
        directory: directory && !multiple,
        hasFolderButton: directory && multiple,
        hasRows,
        autofocus,
        label: this.#label(),
        limits: limitsText(limitsOf(this.#host), localizer, hasRows),
        dragState,
        notice: text,
        onSlot: this.#redraw,
      },
      localizer,
    );
  }

  #notice(): Notice {
    const { intake, language, uploads } = this.#sources;
    const { dragged, isReading } = intake;
    const { localizer } = language;
    if (isReading) return { dragState: undefined, text: localizer.text('reading') };
    if (uploads.isFull) {
      const text = localizer.text('too_many_files', { n: this.#host.maxFiles ?? 0 });
      return { dragState: dragged && 'drag-reject', text };
    }
    if (!dragged) return { dragState: undefined, text: '' };
    const refusal = refusalText(dragged, limitsOf(this.#host), localizer);
    if (refusal) return { dragState: 'drag-reject', text: refusal };
    const n = dragged.length;
    const text = localizer.text(n > 0 ? 'dropping' : 'droppingUnknown', { n });
    return { dragState: 'dragging', text };
  }

  /** What the control is called, inside or outside of it. */
  #label(): string | undefined {
    const { ariaLabel, label } = this.#host;
    const labels = [this.#slotted('label') ?? label, ...this.#internals.labels];
    const texts = labels.map((one) => (typeof one === 'object' ? one.textContent?.trim() : one));
    return ariaLabel ?? texts.find(Boolean);
  }

  #slotted(slot: string): Element | undefined {
    if (isServer) return undefined;
    return [...this.#host.children].find((child) => child.slot === slot);
  }

  readonly #redraw = (): void => this.#host.requestUpdate();

  /** Handles all clicks: the zone opens the picker, a button does what it says. */
  readonly #onClick = (event: MouseEvent): void => {
    const { intake, chooseAgain, rows } = this.#sources;
    const clicked = clickedIn(this.#host.shadowRoot, event);
    if (clicked?.kind === 'action') {
      const { action, id } = clicked;
      if (action === 'again') chooseAgain.expect(id ?? '');
      if (action === 'again' || action === 'folder') intake.open(event, action === 'folder');
      else rows.view?.perform(action, id);
    } else if (clicked?.kind === 'zone') {
      // So that a paste that follows finds the element; the button, if hidden, stays so.
      this.#host.focus({ focusVisible: false } as FocusOptions);
      intake.open(event);
    }
  };
}
