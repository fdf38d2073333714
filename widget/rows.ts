import { addToSums, zeroSums } from './core/upload/totals.ts';
import type { FileWithPath, Totals, UploaderLike, UploadSnapshot } from './core/types.ts';

/** One list of two kinds: uploads that were finished before, and then those of the engine. */
export class Rows {
  engine: UploaderLike | undefined;
  kept: readonly UploadSnapshot[] = [];

  /** In the order in which they are shown. */
  get uploads(): readonly UploadSnapshot[] {
    const uploads = this.engine?.uploads ?? [];
    return this.kept.length > 0 ? Object.freeze([...this.kept, ...uploads]) : uploads;
  }

  get totals(): Totals {
    const totals = { ...zeroSums(), ...this.engine?.totals };
    for (const upload of this.kept) addToSums(totals, upload, 1);
    return totals;
  }

  /** Takes away one that was finished before; undefined if the id is the engine's. */
  drop(id: string): UploadSnapshot | undefined {
    const found = this.kept.find((upload) => upload.id === id);
    this.kept = this.kept.filter((upload) => upload !== found);
    return found;
  }

  /**
   * Lets go of the engine. What was finished stays; of the rest the files come back, so that
   * another engine can go on with them.
   */
  release(): readonly Unfinished[] {
    const { uploads } = this;
    this.engine = undefined;
    this.kept = uploads.filter(({ status }) => status === 'done');
    return uploads.flatMap(({ file, path, status }) =>
      file && status !== 'done' && status !== 'cancelled'
        ? { file, isPaused: status === 'paused', ...(path && { path }) }
        : [],
    );
  }
}

/** A file whose upload was interrupted. */
export interface Unfinished extends FileWithPath {
  readonly isPaused: boolean;
}
