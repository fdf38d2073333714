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
/** How far all files together are is said at each quarter, if it takes longer than this. */
const WORTH_SAYING_SECONDS = 10;

type Say = (text: string, options: { priority: 'normal' | 'high' }) => void;

interface Source {
  readonly localizer: Localizer;
  readonly totals: Totals;
}

/**
 * Gathers what happens to the uploads and says it in few words to those who do not see the list:
 * failures and completions always, what the user has just done or is waiting for only to whoever is
 * there. Speaks by `ariaNotify` (Chrome 141, Firefox 150, Safari 27), elsewhere by a log in the
 * shadow root, to which lines are added: text that is replaced is often not said again.
 */
export class Announcer {
  readonly #host: HTMLElement & { ariaNotify?: Say };
  readonly #read: () => Source;
  #trouble: string[] = [];
  #done: UploadSnapshot[] = [];
  #added = 0;
  #quarter = 0;
  #isDue = false;
  #isGathering = false;

  constructor(host: HTMLElement, read: () => Source) {
    this.#host = host;
    this.#read = read;
    host.addEventListener('upload-done', ({ upload }) => {
      this.#done.push(upload);
      this.#gather();
    });
    host.addEventListener('upload-failed', ({ upload, error }) => {
      this.#trouble.push(`${shownName(upload.name)}: ${reasonOf(error, read().localizer)}`);
      this.#gather();
    });
    host.addEventListener('upload-rejected', ({ rejected }) => {
      const { localizer } = read();
      for (const { file, error } of rejected) {
        this.#trouble.push(`${shownName(file.name)}: ${reasonOf(error, localizer)}`);
      }
      this.#gather();
    });
    host.addEventListener('upload-progress', () => {
      const { loaded, bytes, secondsLeft = 0 } = read().totals;
      const quarter = Math.floor((4 * loaded) / bytes);
      this.#isDue ||= quarter > this.#quarter && secondsLeft > WORTH_SAYING_SECONDS;
      this.#quarter = quarter;
      if (this.#isDue) this.#gather();
    });
  }

  /** So many files have just been taken in. */
  added(count: number): void {
    this.#added += count;
    this.#gather();
  }

  #gather(): void {
    if (!this.#isGathering) setTimeout(() => this.#say(), GATHER_MS);
    this.#isGathering = true;
  }

  #say(): void {
    const text = [...this.#bad(), ...this.#good()].join(' ');
    const priority = this.#trouble.length > 0 ? 'high' : 'normal';
    this.#trouble = [];
    this.#done = [];
    this.#added = 0;
    this.#isDue = this.#isGathering = false;
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
    const more = n > 0 ? [this.#read().localizer.text('more', { n })] : [];
    return [...this.#trouble.slice(0, MOST_NAMED), ...more];
  }

  #good(): string[] {
    const { localizer, totals } = this.#read();
    const { files, done, loaded, bytes, secondsLeft = 0 } = totals;
    const [first] = this.#done;
    if (first && this.#done.length === 1 && done < files) {
      return [`${shownName(first.name)}: ${localizer.text('done')}`];
    }
    if (first) return [localizer.text('uploaded', { done, n: files })];
    if (!this.#host.matches(':focus-within')) return [];
    if (this.#added) return [localizer.text('added', { n: this.#added })];
    if (!this.#isDue) return [];
    const left = localizer.text('left', { time: localizer.duration(secondsLeft) });
    return [localizer.list([localizer.percent(loaded / bytes), left], 'unit')];
  }
}
