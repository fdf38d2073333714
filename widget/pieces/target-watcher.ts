import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { FileWithPath, Totals, UploaderLike, UploadSnapshot } from '../core/index.ts';
import type { Limits } from '../view/phrases.ts';

/** What the picker and the zone go by. */
export interface LinkedSettings extends Omit<Limits, 'accept'> {
  readonly accept?: string | undefined;
  readonly capture?: string | undefined;
  readonly multiple: boolean;
  readonly directory: boolean;
  readonly isDisabled: boolean;
  readonly noResume?: boolean;
}

/** The element that `for` names: `<s3-upload>` or `<s3-upload-list>`. */
export interface UploadsTarget extends HTMLElement, LinkedSettings {
  readonly uploader: UploaderLike;
  readonly uploads: readonly UploadSnapshot[];
  readonly totals: Totals;
  add(files: Iterable<File | FileWithPath>): readonly UploadSnapshot[];
}

interface TargetHost extends ReactiveControllerHost, HTMLElement {
  readonly for: string | undefined;
}

/**
 * Finds the element that `for` names, in the same document or shadow root, and draws the host again
 * when that element's attributes or uploads change. The element may come, or be defined, later.
 */
export class TargetWatcher implements ReactiveController {
  readonly #host: TargetHost;
  readonly #redraw = (): void => this.#host.requestUpdate();
  readonly #observer = new MutationObserver(this.#redraw);
  #watched: Element | undefined;
  #watching = new AbortController();

  constructor(host: TargetHost) {
    this.#host = host;
    host.addController(this);
  }

  /** Undefined as long as there is no such element, or it is not defined. */
  get element(): UploadsTarget | undefined {
    const found = this.#found();
    return found && 'uploader' in found ? (found as UploadsTarget) : undefined;
  }

  hostConnected(): void {
    // A target further down the page is there once the page has been read.
    if (document.readyState === 'loading') {
      document.addEventListener('DOMContentLoaded', this.#redraw, { once: true });
    }
  }

  hostDisconnected(): void {
    this.#watch(undefined);
  }

  hostUpdate(): void {
    const found = this.#found();
    if (found !== this.#watched) this.#watch(found);
  }

  #found(): Element | undefined {
    const { for: id } = this.#host;
    if (!id) return undefined;
    const root = this.#host.getRootNode() as Document | ShadowRoot;
    return root.getElementById?.(id) ?? undefined;
  }

  #watch(found: Element | undefined): void {
    this.#watching.abort();
    this.#observer.disconnect();
    this.#watched = found;
    if (!found) return;
    this.#watching = new AbortController();
    const { signal } = this.#watching;
    this.#observer.observe(found, { attributes: true });
    for (const type of ['upload-progress', 'upload-removed']) {
      found.addEventListener(type, this.#redraw, { signal });
    }
    if ('uploader' in found) return;
    void customElements.whenDefined(found.localName).then(this.#redraw);
  }
}
