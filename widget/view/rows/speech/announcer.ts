import type {
  Totals,
  UploadDoneEvent,
  UploadError,
  UploadFailedEvent,
  UploadRejectedEvent,
  UploadSnapshot,
} from '../../../core/index.ts';
import type { Localizer } from '../../../i18n/localizer.ts';
import { durationText } from '../../../i18n/transfer-texts.ts';
import { reasonOf } from '../../../i18n/reason.ts';
import { shownName } from '../name.ts';
import { Milestones } from './milestones.ts';

/** Events within this time are announced together. */
const GATHER_MS = 400;
/** Failures after the first ones are gathered for longer. */
const GATHER_FAILURES_MS = 5000;
/** A message must not stay in the log, where a screen reader would find it again later. */
const FORGET_MS = 7_000;
/** Further failures are only counted. */
const MAX_NAMED = 3;
/** In a larger batch, files that are finished are told together. */
const FEW = 3;

type AriaNotify = (text: string, options: { priority: 'normal' | 'high' }) => void;

interface Host extends HTMLElement {
  readonly totals: Totals;
  ariaNotify?: AriaNotify;
}

/**
 * Tells users who do not see the list, in few words, what happens to the uploads:
 *
 * - failures, always and soon;
 * - each finished file if the batch has three files at most, otherwise all of them in one sentence at
 *   the end;
 * - how far a long batch is, once for each quarter (see `Milestones`);
 * - added files only while the focus is in the element.
 *
 * Uses `ariaNotify` (Chrome 141, Firefox 150, Safari 27), and elsewhere a log in the shadow root, to
 * which lines are appended because screen readers often do not announce text that is replaced.
 */
export class Announcer {
  readonly #host: Host;
  readonly #localizer: () => Localizer;
  readonly #milestones = new Milestones();
  #failures: string[] = [];
  #news: string[] = [];
  #done: UploadSnapshot[] = [];
  #added = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAtMs = Infinity;
  #fewFailuresUntilMs = 0;

  constructor(host: Host, localizer: () => Localizer) {
    this.#host = host;
    this.#localizer = localizer;
  }

  /** The user has added this many files. */
  added(count: number): void {
    this.#added += count;
    this.#gather();
  }

  /** Something has happened to an upload, or files were refused. */
  hear(event: UploadDoneEvent | UploadFailedEvent | UploadRejectedEvent): void {
    if ('rejected' in event) {
      for (const { file, error } of event.rejected) this.failed(file, error);
    } else if ('error' in event) {
      this.failed(event.upload, event.error);
    } else {
      this.done(event.upload);
    }
  }

  done(upload: UploadSnapshot): void {
    this.#done.push(upload);
    const { totals } = this.#host;
    if (totals.active === 0 || this.#milestones.sizeOf(totals) <= FEW) this.#gather();
  }

  /** Something that concerns all uploads. */
  news(text: string): void {
    this.#news.push(text);
    this.#gather();
  }

  /** An upload has failed, or a file was refused. */
  failed({ name }: { readonly name: string }, error: UploadError): void {
    this.#failures.push(`${shownName(name)}: ${reasonOf(error, this.#localizer())}`);
    this.#gather(Math.max(GATHER_MS, this.#fewFailuresUntilMs - performance.now()));
  }

  /** Uploads have changed. */
  update(uploads: readonly UploadSnapshot[]): void {
    const { totals } = this.#host;
    if (this.#milestones.isReached(uploads, totals, performance.now())) {
      this.news(this.#progressText(uploads, totals));
      // The sentence has their number.
      this.#done = [];
    }
    if (totals.active === 0 && this.#done.length > 0) this.#gather();
  }

  #gather(delayMs = GATHER_MS): void {
    const dueAtMs = performance.now() + delayMs;
    if (dueAtMs >= this.#dueAtMs) return;
    clearTimeout(this.#timer);
    this.#dueAtMs = dueAtMs;
    this.#timer = setTimeout(() => this.#announce(), delayMs);
  }

  #announce(): void {
    const text = [...this.#failureTexts(), ...this.#news, ...this.#successTexts()].join(' ');
    const isFailure = this.#failures.length > 0;
    if (isFailure) this.#fewFailuresUntilMs = performance.now() + GATHER_FAILURES_MS;
    this.#failures = [];
    this.#news = [];
    this.#done = [];
    this.#added = 0;
    this.#dueAtMs = Infinity;
    if (text) this.#say(text, isFailure ? 'high' : 'normal');
  }

  #say(text: string, priority: 'normal' | 'high'): void {
    if (this.#host.ariaNotify) {
      this.#host.ariaNotify(text, { priority });
      return;
    }
    const line = document.createElement('p');
    line.textContent = text;
    const { foreign } = this.#localizer();
    if (foreign) line.lang = foreign;
    this.#host.shadowRoot?.querySelector('[role=log]')?.append(line);
    setTimeout(() => line.remove(), FORGET_MS);
  }

  #failureTexts(): string[] {
    const n = this.#failures.length - MAX_NAMED;
    const more = n > 0 ? [this.#localizer().text('more', { n })] : [];
    return [...this.#failures.slice(0, MAX_NAMED), ...more];
  }

  #successTexts(): string[] {
    const localizer = this.#localizer();
    const { files, done } = this.#host.totals;
    const [first] = this.#done;
    if (first && done < files && this.#done.length < 2) {
      return [`${shownName(first.name)}: ${localizer.text('done')}`];
    }
    if (first) return [localizer.text('uploaded', { done, n: files })];
    const isPresent = this.#added > 0 && this.#host.matches(':focus-within');
    return isPresent ? [localizer.text('added', { n: this.#added })] : [];
  }

  /** “clip.mov: 50%, 12 min left”, or “30 of 60 uploaded, 12 min left”. */
  #progressText(uploads: readonly UploadSnapshot[], totals: Totals): string {
    const localizer = this.#localizer();
    const { files, done, secondsLeft } = totals;
    const [only] = this.#milestones.sizeOf(totals) === 1 ? uploads.filter(isUnfinished) : [];
    const how = only
      ? `${shownName(only.name)}: ${percent(only.loaded / only.bytes, localizer)}`
      : localizer.text('uploaded', { done, n: files });
    const time = secondsLeft === undefined ? '' : durationText(localizer, secondsLeft);
    return localizer.list(time ? [how, localizer.text('left', { time })] : [how], 'unit');
  }
}

function isUnfinished({ status }: UploadSnapshot): boolean {
  return status !== 'done' && status !== 'failed' && status !== 'cancelled';
}

/** Rounded down to a multiple of 5: nobody wants to hear “26%” for a quarter. */
function percent(fraction: number, { locale }: Localizer): string {
  return new Intl.NumberFormat(locale, { style: 'percent' }).format(Math.floor(fraction * 20) / 20);
}
