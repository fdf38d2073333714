import type { UploadError } from './core/errors.ts';
import type { Totals, UploadSnapshot } from './core/types.ts';
import type { Localizer } from './i18n/localizer.ts';
import { reasonOf } from './i18n/reason.ts';
import { shownName } from './view/name.ts';

/** What happens within this time is said together. */
const GATHER_MS = 400;
/** A message that stays in the log could be met again by somebody reading through the page. */
const FORGET_MS = 7_000;
/** More failures than these are counted. */
const MOST_NAMED = 3;

type Say = (text: string, options: { priority: 'normal' | 'high' }) => void;

interface Host extends HTMLElement {
  readonly totals: Totals;
  ariaNotify?: Say;
}

/**
 * Gathers what happens to the uploads and says it in few words to those who do not see the list:
 * failures and completions always, what the user has just added only to whoever is there. Speaks by
 * `ariaNotify` (Chrome 141, Firefox 150, Safari 27), elsewhere by a log in the shadow root, to which
 * lines are added: text that is replaced is often not said again.
 */
export class Announcer {
  readonly #host: Host;
  readonly #localizer: () => Localizer;
  #trouble: string[] = [];
  #news: string[] = [];
  #done: UploadSnapshot[] = [];
  #added = 0;
  #isGathering = false;

  constructor(host: Host, localizer: () => Localizer) {
    this.#host = host;
    this.#localizer = localizer;
  }

  /** So many files have just been taken in. */
  added(count: number): void {
    this.#added += count;
    this.#gather();
  }

  done(upload: UploadSnapshot): void {
    this.#done.push(upload);
    this.#gather();
  }

  /** Something that concerns all of them. */
  news(text: string): void {
    this.#news.push(text);
    this.#gather();
  }

  /** An upload has, or a file was not taken in. */
  failed({ name }: { readonly name: string }, error: UploadError): void {
    this.#trouble.push(`${shownName(name)}: ${reasonOf(error, this.#localizer())}`);
    this.#gather();
  }

  #gather(): void {
    if (!this.#isGathering) setTimeout(() => this.#say(), GATHER_MS);
    this.#isGathering = true;
  }

  #say(): void {
    const text = [...this.#bad(), ...this.#news, ...this.#good()].join(' ');
    const priority = this.#trouble.length > 0 ? 'high' : 'normal';
    this.#trouble = [];
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
    this.#host.shadowRoot?.querySelector('[role=log]')?.append(line);
    setTimeout(() => line.remove(), FORGET_MS);
  }

  #bad(): string[] {
    const n = this.#trouble.length - MOST_NAMED;
    const more = n > 0 ? [this.#localizer().text('more', { n })] : [];
    return [...this.#trouble.slice(0, MOST_NAMED), ...more];
  }

  #good(): string[] {
    const localizer = this.#localizer();
    const { files, done } = this.#host.totals;
    const [first] = this.#done;
    if (first && done < files && this.#done.length < 2) {
      return [`${shownName(first.name)}: ${localizer.text('done')}`];
    }
    if (first) return [localizer.text('uploaded', { done, n: files })];
    const isHeard = this.#added > 0 && this.#host.matches(':focus-within');
    return isHeard ? [localizer.text('added', { n: this.#added })] : [];
  }
}
