import { UploadRejectedEvent, type Rejection, type UploaderLike } from '../../core/index.ts';

/** Dispatches `upload-rejected` on the element. Refusals of one batch are reported in one event. */
export class RejectionBatch {
  readonly #host: EventTarget;
  /** Refusals of the batch that is being added. */
  #refused: Rejection[] | undefined;

  constructor(host: EventTarget) {
    this.#host = host;
  }

  /** Reports what the uploader refuses: with the batch, or at once if none is being added. */
  listenTo(uploader: UploaderLike, signal: AbortSignal): void {
    const onRejected = (event: Event): void => {
      const { rejected } = event as UploadRejectedEvent;
      if (this.#refused) this.#refused.push(...rejected);
      else this.#report(rejected);
    };
    uploader.addEventListener('upload-rejected', onRejected, { signal });
  }

  /** A batch is being added, and these of its files are refused already. */
  begin(refused: readonly Rejection[]): void {
    this.#refused = [...refused];
  }

  /** The batch has been added. Returns a function that reports its refusals, if there are any. */
  end(): () => void {
    const refused = this.#refused ?? [];
    this.#refused = undefined;
    return () => {
      if (refused.length > 0) this.#report(refused);
    };
  }

  #report(rejected: readonly Rejection[]): void {
    this.#host.dispatchEvent(new UploadRejectedEvent(rejected));
  }
}
