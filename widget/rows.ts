import type { FileWithPath, Totals, UploaderLike, UploadSnapshot } from './core/types.ts';

const NONE: readonly UploadSnapshot[] = Object.freeze([]);
const NOTHING: Totals = Object.freeze({
  files: 0,
  done: 0,
  failed: 0,
  paused: 0,
  active: 0,
  bytes: 0,
  loaded: 0,
  sent: 0,
});

/** One list of two kinds: uploads that were finished before, and then those of the engine. */
export class Rows {
  engine: UploaderLike | undefined;
  #kept = NONE;

  /** In the order in which they are shown. */
  get uploads(): readonly UploadSnapshot[] {
    const uploads = this.engine?.uploads ?? NONE;
    return this.#kept.length > 0 ? Object.freeze([...this.#kept, ...uploads]) : uploads;
  }

  get totals(): Totals {
    const totals = this.engine?.totals ?? NOTHING;
    const count = this.#kept.length;
    if (count === 0) return totals;
    const bytes = this.#kept.reduce((sum, upload) => sum + upload.bytes, 0);
    return {
      ...totals,
      files: totals.files + count,
      done: totals.done + count,
      bytes: totals.bytes + bytes,
      loaded: totals.loaded + bytes,
      sent: totals.sent + bytes,
    };
  }

  /** Shows these, which were finished before, in place of the former ones. */
  keep(finished: readonly UploadSnapshot[]): void {
    this.#kept = Object.freeze([...finished]);
  }

  /** Takes away one that was finished before; undefined if the id is the engine's. */
  drop(id: string): UploadSnapshot | undefined {
    const found = this.#kept.find((upload) => upload.id === id);
    if (found) this.keep(this.#kept.filter((upload) => upload !== found));
    return found;
  }

  /**
   * Lets go of the engine. What was finished stays; of the rest the files come back, so that
   * another engine can go on with them.
   */
  release(): readonly Unfinished[] {
    const { uploads } = this;
    this.engine = undefined;
    this.keep(uploads.filter(({ status }) => status === 'done'));
    return uploads.flatMap(({ file, path, status }) =>
      file && status !== 'done' && status !== 'cancelled'
        ? { file, isPaused: status === 'paused', ...(path !== undefined && { path }) }
        : [],
    );
  }
}

/** A file whose upload was interrupted. */
export interface Unfinished extends FileWithPath {
  readonly isPaused: boolean;
}
