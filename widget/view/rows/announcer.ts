import type { Totals, UploadError, UploadSnapshot } from '../../core/index.ts';
import type { Localizer } from '../../i18n/localizer.ts';
import { reasonOf } from '../../i18n/reason.ts';
import { shownName } from './name.ts';

/** Events within this time are announced together. */
const GATHER_MS = 400;
/** A message must not stay in the log, where a screen reader would find it again later. */
const FORGET_MS = 7_000;
/** Further failures are only counted. */
const MAX_NAMED = 3;

type AriaNotify = (text: string, options: { priority: 'normal' | 'high' }) => void;

interface Host extends HTMLElement {
  readonly totals: Totals;
  ariaNotify?: AriaNotify;
}

/**
 * Tells users who do not see the list, in few words, what happens to the uploads: failures and
 * completions always, added files only while the focus is in the element. Uses `ariaNotify` (Chrome
 * 141, Firefox 150, Safari 27), and elsewhere a log in the shadow root, to which lines are appended
 * because screen readers often do not announce text that is replaced.
 */
export class Announcer {
  readonly #host: Host;
  readonly #localizer: () => Localizer;
  #failures: string[] = [];
  #news: string[] = [];
  #done: UploadSnapshot[] = [];
  #added = 0;
  #isGathering = false;

  constructor(host: Host, localizer: () => Localizer) {
    this.#host = host;
    this.#localizer = localizer;
  }

  /** The user has added this many files. */
  added(count: number): void {
    this.#added += count;
    this.#gather();
  }

  done(upload: UploadSnapshot): void {
    this.#done.push(upload);
    this.#gather();
  }

  /** Something that concerns all uploads. */
  news(text: string): void {
    this.#news.push(text);
    this.#gather();
  }

  /** An upload has failed, or a file was refused. */
  failed({ name }: { readonly name: string }, error: UploadError): void {
    this.#failures.push(`${shownName(name)}: ${reasonOf(error, this.#localizer())}`);
    this.#gather();
  }

  #gather(): void {
    if (!this.#isGathering) setTimeout(() => this.#announce(), GATHER_MS);
    this.#isGathering = true;
  }

  #announce(): void {
    const text = [...this.#failureTexts(), ...this.#news, ...this.#successTexts()].join(' ');
    const priority = this.#failures.length > 0 ? 'high' : 'normal';
    this.#failures = [];
    this.#news = [];
    this.#done = [];
    this.#added = 0;
    this.#isGathering = false;
    if (!text) return;
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
}
