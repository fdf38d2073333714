import type { ReactiveControllerHost } from 'lit';
import type { Rejection, UploadEventTarget } from '../core/index.ts';

type RefusalsHost = ReactiveControllerHost & UploadEventTarget;

/** The files that were refused since files were last added: what the lines below the zone report. */
export class Refusals {
  #list: readonly Rejection[] = [];

  constructor(host: RefusalsHost) {
    host.addEventListener('upload-rejected', ({ rejected }) => {
      const names = new Set(rejected.map(({ file }) => file.name));
      this.#list = [...this.#list.filter(({ file }) => !names.has(file.name)), ...rejected];
      host.requestUpdate();
    });
  }

  get list(): readonly Rejection[] {
    return this.#list;
  }

  /** Reports nothing any more, or only this refusal. */
  reset(...list: Rejection[]): void {
    this.#list = list;
  }
}
