import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { preload } from '../core/load-scheduler.ts';
import { loadRows, type RowsView } from '../view/load-rows.ts';

/** How long to wait after a failed attempt to load the rows. */
const RELOAD_MS = 2000;

export interface RowsLoaderOptions {
  /** True if there is something to show that is not drawn with the zone. */
  readonly isDue: () => boolean;
  /** Makes the view of the rows, once its code is loaded. */
  readonly make: (module: Awaited<ReturnType<typeof loadRows>>) => RowsView;
  readonly load?: typeof loadRows;
}

/** Loads what shows the rows: when the page is idle, or as soon as there is something to show. */
export class RowsLoader implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #options: RowsLoaderOptions;
  #view: RowsView | undefined;
  #loading: Promise<void> | undefined;
  #isPreloading = false;

  constructor(host: ReactiveControllerHost & Element, options: RowsLoaderOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  /** What draws the rows; undefined until it is loaded. */
  get view(): RowsView | undefined {
    return this.#view;
  }

  hostUpdate(): void {
    if (this.#options.isDue()) void this.load();
    this.#view?.beforeDrawing();
  }

  hostUpdated(): void {
    this.#view?.afterDrawing();
    if (this.#isPreloading) return;
    this.#isPreloading = true;
    // What the first file needs, as soon as the page has nothing else to do.
    (globalThis.requestIdleCallback ?? setTimeout)(() => {
      preload();
      void this.load();
    });
  }

  /** Resolves when an attempt to load the rows has ended; another one follows a failed one. */
  load(): Promise<void> {
    const { load = loadRows, make } = this.#options;
    return (this.#loading ??= load().then(
      (module) => {
        this.#view = make(module);
        this.#host.requestUpdate();
      },
      () => {
        setTimeout(() => {
          this.#loading = undefined;
          this.#host.requestUpdate();
        }, RELOAD_MS);
      },
    ));
  }

  /** Waits for the rows if they are due. Returns true if the host has to be drawn again for them. */
  async whenShown(): Promise<boolean> {
    if (!this.#options.isDue() || this.#view) return false;
    await this.load();
    return true;
  }
}
