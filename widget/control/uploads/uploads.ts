import type { ReactiveController, ReactiveControllerHost } from 'lit';
import {
  Uploader,
  UploadRejectedEvent,
  UploadRemovedEvent,
  type CancelOptions,
  type Totals,
  type UploaderLike,
  type UploadSnapshot,
} from '../../core/index.ts';
import { addToSums, zeroSums } from '../../core/upload/totals.ts';
import type { FoundFile } from '../../intake/found.ts';
import type { Order } from '../../view/load-reorder.ts';
import type { ChangedBy } from '../form/form-control.ts';
import {
  entriesOf,
  isSameList,
  reportInvalid,
  restoredFrom,
  uploadsOf,
  type Value,
  type ValueFormat,
} from '../value.ts';
import { admit, roomIn } from './admission.ts';
import { forwardEvents } from './forward-events.ts';
import { isNotStarted } from './not-started.ts';
import { optionsOf, tokenSource, type UploaderSettings } from './options.ts';
import { leavePlace, takePlace } from './place.ts';
import { continueSuspended, suspended, type Suspended } from './suspended.ts';
import { discard } from './undo.ts';

/** The element, as far as its uploads depend on it. */
export type UploadsHost = ReactiveControllerHost &
  HTMLElement &
  UploaderSettings & { readonly valueFormat: ValueFormat | undefined };

/** The uploads have changed: `byIds` says that other uploads are in the list than before. */
export type OnChange = (by: ChangedBy, change?: { readonly byIds: boolean }) => void;

type Command = 'start' | 'pause' | 'resume' | 'retry' | 'cancel' | 'undo';

/**
 * Connects the element to an uploader. The list has two kinds of uploads: those that were finished
 * earlier, which the page has set as the value, and after them the uploader's.
 */
export class Uploads implements ReactiveController {
  readonly #host: UploadsHost;
  readonly #onChange: OnChange;
  #uploader: UploaderLike | undefined;
  /** Whoever made the uploader closes it. */
  #owner: 'element' | 'page' = 'element';
  /** Uploads that were finished earlier; the uploader does not know them. */
  #finished: readonly UploadSnapshot[] = [];
  #suspended: readonly Suspended[] = [];
  /** The order that the user has made. */
  #order: Order | undefined;
  #listening = new AbortController();
  /** Batches that are being added, one by a listener of another: their refusals are told when each is. */
  #adding = 0;
  /** Who causes the events that the uploader dispatches now. */
  #changedBy: ChangedBy = 'user';
  /** `start()` was called since files were last added. */
  #isStarted = false;
  #wasAuto = true;
  #isConfigured = true;
  readonly #getToken: ReturnType<typeof tokenSource>;

  constructor(host: UploadsHost, onChange: OnChange) {
    this.#host = host;
    this.#onChange = onChange;
    this.#getToken = tokenSource(host);
    host.addController(this);
  }

  /** All uploads, in the order in which they are shown. */
  get list(): readonly UploadSnapshot[] {
    const uploads = this.#uploader?.uploads ?? [];
    const all =
      this.#finished.length > 0 ? Object.freeze([...this.#finished, ...uploads]) : uploads;
    return this.#order?.(all) ?? all;
  }

  /** The form's entries, one for each finished upload. */
  get value(): readonly string[] {
    return entriesOf(this.list, this.#host.valueFormat);
  }

  set value(value: Value) {
    if (isSameList(value, this.value)) return;
    const { valueFormat } = this.#host;
    this.replace('finished', uploadsOf(value, valueFormat, this.list, reportInvalid));
  }

  /** Shows what the browser has kept of the form. */
  restore(state: string): void {
    this.replace('finished', restoredFrom(state));
  }

  /** The sums over all uploads. */
  get totals(): Totals {
    const totals = { ...zeroSums(), ...this.#uploader?.totals };
    for (const upload of this.#finished) addToSums(totals, upload, 1);
    return totals;
  }

  /** True if all uploads wait for `start()`. */
  get isWaitingForStart(): boolean {
    const isHeld = this.#host.noAuto && !this.#isStarted;
    return isHeld && this.totals.active > 0 && this.list.every(isNotStarted);
  }

  /** True if the list holds as many files as the page allows. */
  get isFull(): boolean {
    return roomIn(this.#host, this.totals) === 0;
  }

  /** True if finished files can be downloaded. */
  get canDownload(): boolean {
    return !this.#uploader || this.#uploader.fileUrl !== undefined;
  }

  /** The uploader, which is made when it is first needed. */
  get uploader(): UploaderLike {
    if (!this.#uploader) {
      this.#owner = 'element';
      this.#attach(new Uploader(optionsOf(this.#host, this.#getToken())));
    }
    return this.#uploader as UploaderLike;
  }

  /** Uses an uploader of the page from now on, or again one that the element makes. */
  use(uploader: UploaderLike | undefined): void {
    if (uploader === this.#uploader || (!uploader && this.#owner === 'element')) return;
    this.#detach();
    this.#suspended = [];
    this.#owner = uploader ? 'page' : 'element';
    this.#uploader = uploader;
    if (uploader) this.#attach(uploader);
    else this.#onChange('page', { byIds: true });
  }

  hostConnected(): void {
    takePlace(this.#host);
    this.#isConfigured = false;
    const uploader = this.#uploader;
    if (uploader && this.#listening.signal.aborted) this.#attach(uploader);
    const files = this.#suspended;
    this.#suspended = [];
    if (files.length === 0) return;
    // The element is back on the page.
    continueSuspended(files, this.uploader, (id) => this.command('pause', id));
  }

  hostDisconnected(): void {
    // An element that is only moved to another place is connected again by then.
    queueMicrotask(() => {
      if (this.#host.isConnected) return;
      leavePlace(this.#host);
      this.#detach();
    });
  }

  hostUpdate(): void {
    this.#configure();
    const isAuto = !this.#host.noAuto;
    const mayStart = isAuto && !this.#wasAuto;
    this.#wasAuto = isAuto;
    if (mayStart) this.command('start');
  }

  /** A setting of the host has changed, and the uploader has to be told before the next drawing. */
  settingsChanged(): void {
    this.#isConfigured = false;
  }

  /** Adds found files; with one file only, the new one replaces the former. */
  add(found: readonly FoundFile[]): readonly UploadSnapshot[] {
    const { isMany, maxFiles } = this.#host;
    const replaced = isMany ? [] : this.list;
    // The uploader does not know uploads that were finished earlier.
    const room = this.#finished.length > 0 ? roomIn(this.#host, this.totals) : Infinity;
    const { files, refused } = admit(found, { isMany, maxFiles, room });
    let answer: ReturnType<UploaderLike['add']> = { uploads: [], rejected: [] };
    this.#adding++;
    try {
      if (files.length > 0) answer = this.uploader.add(files);
    } finally {
      this.#adding--;
    }
    const { uploads: added, rejected } = answer;
    if (added.length > 0) {
      this.#isStarted = false;
      const ids = new Set(added.map(({ id }) => id));
      this.#discard(replaced.filter(({ id }) => !ids.has(id)));
    }
    const all = [...refused, ...rejected];
    if (all.length > 0) this.#host.dispatchEvent(new UploadRejectedEvent(all));
    this.#onChange('page');
    return added;
  }

  /** Passes a command to the uploader, for one upload or for all. No value changes by it at once. */
  command(name: Command, id?: string, options?: CancelOptions): unknown {
    if (name === 'start') this.#isStarted = true;
    const result = this.#uploader?.[name]?.(id, options);
    this.#onChange('page');
    return result;
  }

  /** Removes an upload from the list; one that is not finished is cancelled. */
  async remove(id: string, options?: CancelOptions): Promise<void> {
    const upload = this.#finished.find((finished) => finished.id === id);
    if (!upload) return this.#uploader?.remove(id, options);
    this.#finished = this.#finished.filter((finished) => finished !== upload);
    this.#host.dispatchEvent(new UploadRemovedEvent(upload));
    this.#onChange('user', { byIds: true });
  }

  /** Puts the list in the order that this function makes of it, until the page sets another value. */
  arrange(order: Order): void {
    this.#order = order;
    this.#onChange('user', { byIds: true });
  }

  /** Removes every upload that is finished, failed or cancelled. */
  clear(): void {
    this.#uploader?.clear();
    this.#setFinished([]);
  }

  /**
   * Puts `finished` in the place of all finished uploads, or of all uploads. Those that the uploader
   * has already stay there. This is the page's doing, so no `input` tells the page about it.
   */
  replace(which: 'finished' | 'all', finished: readonly UploadSnapshot[]): void {
    this.#order = undefined;
    const kept = new Map(finished.map((upload) => [upload.id, upload]));
    this.#changedBy = 'page';
    const uploads = this.#uploader?.uploads ?? [];
    const rest = uploads.filter(({ id, status }) => !(status === 'done' && kept.delete(id)));
    this.#discard(which === 'all' ? rest : rest.filter(({ status }) => status === 'done'));
    this.#changedBy = 'user';
    this.#setFinished([...kept.values()]);
  }

  /** Brings back uploads that were cancelled; where there is room for one, the other one makes room. */
  undo(id?: string): void {
    this.command('undo', id);
    if (this.#host.isMany || id === undefined) return;
    this.#discard(this.list.filter((upload) => upload.id !== id));
  }

  /** Removes uploads for the user, who may have meant something else. */
  #discard(uploads: readonly UploadSnapshot[]): void {
    discard(uploads, this.#host.undoSeconds, (id, options) => void this.remove(id, options));
  }

  #setFinished(finished: readonly UploadSnapshot[]): void {
    this.#finished = finished;
    this.#onChange('page', { byIds: true });
  }

  #configure(): void {
    if (this.#isConfigured) return;
    this.#isConfigured = true;
    if (this.#owner !== 'element') return;
    this.#uploader?.configure(optionsOf(this.#host, this.#getToken()));
  }

  #attach(uploader: UploaderLike): void {
    this.#uploader = uploader;
    this.#listening = new AbortController();
    forwardEvents(uploader, this.#host, this.#beforeEvent, this.#listening.signal);
    this.#onChange('page', { byIds: true });
  }

  /** Brings the form up to date before listeners on the element are called. */
  readonly #beforeEvent = (event: Event): { uploads?: readonly UploadSnapshot[] } | undefined => {
    if (this.#adding && event.type === 'upload-rejected') return undefined;
    this.#onChange(this.#changedBy, { byIds: event.type === 'upload-removed' });
    // Those that were added are the uploads of their batch.
    return 'uploads' in event && event.type !== 'upload-added' ? { uploads: this.list } : {};
  };

  /**
   * Stops listening to the uploader. If the element made it, it is closed: finished uploads stay in
   * the list, and the files of the others are kept, so that another uploader can continue them.
   */
  #detach(): void {
    this.#listening.abort();
    const uploader = this.#uploader;
    if (!uploader || this.#owner === 'page') return;
    const uploads = this.list;
    this.#uploader = undefined;
    this.#finished = uploads.filter(({ status }) => status === 'done');
    this.#suspended = uploads.flatMap(suspended);
    uploader.close();
  }
}
