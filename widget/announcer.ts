/** What is said to those who do not see the list. */

/** Things that happen within this time are said together. */
const GATHER_MS = 400;
/** A message that stays in the log could be met again by somebody reading through the page. */
const FORGET_MS = 7_000;

interface Notifiable {
  ariaNotify?: (text: string, options: { priority: 'normal' | 'high' }) => void;
}

/**
 * Says one message for what happened together, the urgent first. Uses `ariaNotify` where the
 * browser has it (Chrome 141, Firefox 150, Safari 27), else a log in the shadow root to which
 * paragraphs are added: text that is replaced is often not said again.
 */
export class Announcer {
  readonly #host: HTMLElement & Notifiable;
  readonly #compose: () => { text: string; isUrgent: boolean };
  #isGathering = false;

  /** `compose` is asked for the message at the moment when it is said; empty: nothing to say. */
  constructor(host: HTMLElement, compose: () => { text: string; isUrgent: boolean }) {
    this.#host = host;
    this.#compose = compose;
  }

  /** Something has happened: a message follows shortly. */
  poke(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    setTimeout(() => {
      this.#isGathering = false;
      const { text, isUrgent } = this.#compose();
      if (text) this.#say(text, isUrgent);
    }, GATHER_MS);
  }

  #say(text: string, isUrgent: boolean): void {
    if (this.#host.ariaNotify) {
      this.#host.ariaNotify(text, { priority: isUrgent ? 'high' : 'normal' });
      return;
    }
    const line = document.createElement('p');
    line.textContent = text;
    this.#host.shadowRoot?.querySelector('[role=log]')?.append(line);
    setTimeout(() => line.remove(), FORGET_MS);
  }
}
