import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Knows when the page is printed, and has its element drawn before and after that. */
export class Printing implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #isOn = false;
  /** A browser prints what is there once the microtasks that follow the event have run. */
  readonly #note = ({ type }: Event): void => {
    this.#isOn = type === 'beforeprint';
    this.#host.requestUpdate();
  };

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  hostConnected(): void {
    globalThis.addEventListener('beforeprint', this.#note);
    globalThis.addEventListener('afterprint', this.#note);
  }

  hostDisconnected(): void {
    globalThis.removeEventListener('beforeprint', this.#note);
    globalThis.removeEventListener('afterprint', this.#note);
    this.#isOn = false;
  }
}
