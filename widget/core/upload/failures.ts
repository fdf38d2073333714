import type { FileWithPath } from '../types.ts';
import type { Upload } from './upload.ts';

/** Failed uploads, by the names and sizes of their files. */
export class Failures {
  readonly #byFile = new Map<string, Upload[]>();

  constructor(uploads: Iterable<Upload>) {
    for (const upload of uploads) {
      if (upload.phase !== 'failed') continue;
      const key = keyOf(upload.chosen.file);
      this.#byFile.set(key, [...(this.#byFile.get(key) ?? []), upload]);
    }
  }

  /**
   * The failed upload whose file is added again, each of them once. Its date may differ. A file that was
   * dropped with its folder may be chosen again without it.
   */
  take({ file, path, id }: FileWithPath): Upload | undefined {
    const uploads = this.#byFile.get(keyOf(file)) ?? [];
    const at = uploads.findIndex((upload) =>
      id === undefined
        ? path === undefined || upload.path === undefined || path === upload.path
        : id === upload.id,
    );
    return at < 0 ? undefined : uploads.splice(at, 1)[0];
  }
}

function keyOf({ name, size }: File): string {
  return `${name}\n${size}`;
}
