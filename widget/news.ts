import { Announcer } from './announcer.ts';
import type { UploadError } from './core/errors.ts';
import type { Rejection, Totals, UploadSnapshot } from './core/types.ts';
import type { Localizer } from './i18n/localizer.ts';
import { reasonOf } from './i18n/reason.ts';
import { shownName } from './view/name.ts';

/** More failures than these are said as a number. */
const MOST_NAMED = 3;
/** How far all files together are is said at each quarter, if it takes longer than this. */
const WORTH_SAYING_SECONDS = 10;

interface Source {
  readonly localizer: Localizer;
  readonly totals: Totals;
}

/** Gathers what happens to the uploads, and has it announced in few words. */
export class News {
  readonly #announcer: Announcer;
  readonly #host: HTMLElement;
  readonly #read: () => Source;
  #added = 0;
  #done: UploadSnapshot[] = [];
  #failed: { name: string; error: UploadError }[] = [];
  #rejected: readonly Rejection[] = [];
  #quarter = 0;
  #isQuarterDue = false;

  constructor(host: HTMLElement, read: () => Source) {
    this.#host = host;
    this.#read = read;
    this.#announcer = new Announcer(host, () => this.#compose());
    host.addEventListener('upload-done', ({ upload }) => {
      this.#done.push(upload);
      this.#announcer.poke();
    });
    host.addEventListener('upload-failed', ({ upload: { name }, error }) => {
      this.#failed.push({ name, error });
      this.#announcer.poke();
    });
    host.addEventListener('upload-rejected', ({ rejected }) => {
      this.#rejected = [...this.#rejected, ...rejected];
      this.#announcer.poke();
    });
    host.addEventListener('upload-progress', () => this.#progressed());
  }

  /** So many files have just been taken in. */
  added(count: number): void {
    this.#added += count;
    this.#announcer.poke();
  }

  #progressed(): void {
    const { loaded, bytes, active, secondsLeft = 0 } = this.#read().totals;
    const quarter = bytes > 0 ? Math.floor((4 * loaded) / bytes) : 0;
    const isLater = quarter > this.#quarter;
    this.#quarter = quarter;
    if (!isLater || quarter === 4 || active === 0 || secondsLeft < WORTH_SAYING_SECONDS) return;
    this.#isQuarterDue = true;
    this.#announcer.poke();
  }

  /** Failures first; what the user has just done or is watching only to whoever is here. */
  #compose(): { text: string; isUrgent: boolean } {
    const isHere = this.#host.matches(':focus-within');
    const said = [...this.#failures(), ...this.#refusals(), ...this.#completions()];
    const isUrgent = this.#failed.length + this.#rejected.length > 0;
    if (isHere && this.#added > 0 && this.#done.length === 0) {
      said.push(this.#text('added', { n: this.#added }));
    } else if (isHere && this.#isQuarterDue && said.length === 0) said.push(this.#standing());
    this.#added = 0;
    this.#done = [];
    this.#failed = [];
    this.#rejected = [];
    this.#isQuarterDue = false;
    return { text: said.join(' '), isUrgent };
  }

  #failures(): string[] {
    if (this.#failed.length > MOST_NAMED) {
      return [this.#text('failedCount', { n: this.#failed.length })];
    }
    return this.#failed.map(({ name, error }) => this.#about('failedOne', name, error));
  }

  #refusals(): string[] {
    const [first, ...others] = this.#rejected;
    if (!first) return [];
    if (others.length > 0) return [this.#text('refusedSome', { n: this.#rejected.length })];
    return [this.#about('refusedOne', first.file.name, first.error)];
  }

  #completions(): string[] {
    const [first, ...others] = this.#done;
    if (!first) return [];
    const { files, done } = this.#read().totals;
    if (files > 1 && done === files) return [this.#text('doneAll', { n: files })];
    if (others.length > 0) return [this.#text('doneSome', { n: this.#done.length })];
    return [this.#text('doneOne', { name: shownName(first.name) })];
  }

  #standing(): string {
    const { localizer, totals } = this.#read();
    const { loaded, bytes, secondsLeft = 0 } = totals;
    return localizer.text('valueText', {
      percent: localizer.percent(loaded / bytes),
      progress: localizer.text('left', { time: localizer.duration(secondsLeft) }),
    });
  }

  #about(id: 'failedOne' | 'refusedOne', name: string, error: UploadError): string {
    return this.#text(id, {
      name: shownName(name),
      reason: reasonOf(error, this.#read().localizer),
    });
  }

  #text(...args: Parameters<Localizer['text']>): string {
    return this.#read().localizer.text(...args);
  }
}
