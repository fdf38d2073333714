import type { UploadSnapshot } from '../../core/index.ts';
import type { FoundFile } from '../../intake/found.ts';

/** What newly chosen files mean for the uploads in the list. */
export type Choice =
  /** The file of a failed upload can be read again, and is the same: the upload continues. */
  | { readonly kind: 'retry'; readonly upload: UploadSnapshot }
  /** New files, in the place of the upload with this id. */
  | { readonly kind: 'replace'; readonly id: string }
  | { readonly kind: 'add' };

/** Remembers for which failed upload the user is choosing a file again. */
export class ChooseAgain {
  /** Files resumed once after they became readable again. */
  readonly #resumed = new WeakSet<File>();
  #id: string | undefined;

  /** The user is about to choose another file for this upload. */
  expect(id: string): void {
    this.#id = id;
  }

  /** The picker was closed without a choice. */
  readonly cancel = (): void => {
    this.#id = undefined;
  };

  /** Says what the found files mean, and expects nothing any more. */
  resolve(found: readonly FoundFile[], uploads: readonly UploadSnapshot[]): Choice {
    const id = this.#id;
    this.#id = undefined;
    const upload = this.#recognise(found, uploads);
    if (upload) return { kind: 'retry', upload };
    return id === undefined ? { kind: 'add' } : { kind: 'replace', id };
  }

  /**
   * The failed upload whose file is there again as it was, such as on a drive that was reconnected:
   * what the store holds of it need not be sent again. Each file is recognised once, because not
   * every browser can then read the former `File`.
   */
  #recognise(
    [found, ...others]: readonly FoundFile[],
    uploads: readonly UploadSnapshot[],
  ): UploadSnapshot | undefined {
    if (others.length > 0) return undefined;
    const upload = uploads.find(
      ({ status, file }) =>
        status === 'failed' && file && !this.#resumed.has(file) && isSame(file, found?.file),
    );
    if (upload?.file) this.#resumed.add(upload.file);
    return upload;
  }
}

function isSame(file: File, other: File | undefined): boolean {
  return (['name', 'size', 'lastModified'] as const).every((key) => file[key] === other?.[key]);
}
