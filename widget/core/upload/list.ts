import type { FileWithPath, UploadSnapshot, UploadStatus } from '../types.ts';
import { snapshotOf } from './snapshot.ts';
import { addToSums, zeroSums, type Sums } from './totals.ts';
import type { Upload } from './upload.ts';

const WORKING: ReadonlySet<UploadStatus> = new Set<UploadStatus>([
  'hashing',
  'uploading',
  'completing',
]);

/** All uploads of one uploader, with their last snapshots and the sums over them. */
export class UploadList {
  readonly sums: Sums = zeroSums();
  /** Bytes of the uploads that have failed. */
  failedBytes = 0;
  /** Uploads that are at work: while there is one, bytes are meant to move. */
  #working = 0;
  /** In the order in which they were added. */
  readonly #snapshots = new Map<Upload, UploadSnapshot | undefined>();
  /** By id, former ids included: an upload of an earlier visit gets that visit's id back. */
  readonly #byId = new Map<string, Upload>();
  /** The last upload of each file. */
  readonly #byFile = new Map<string, Upload>();
  #all: readonly UploadSnapshot[] | undefined;

  /** Frozen, and the same array until something changes. */
  get snapshots(): readonly UploadSnapshot[] {
    return (this.#all ??= Object.freeze(
      [...this.#snapshots].map(([upload, snapshot]) => snapshot ?? this.refresh(upload)),
    ));
  }

  get uploads(): readonly Upload[] {
    return [...this.#snapshots.keys()];
  }

  get ids(): Pick<ReadonlyMap<string, unknown>, 'has'> {
    return this.#byId;
  }

  has(upload: Upload): boolean {
    return this.#snapshots.has(upload);
  }

  find(id: string): Upload | undefined {
    return this.#byId.get(id);
  }

  /** The upload that was added last for a file with this path, size, date and type. */
  findByFile(file: FileWithPath): Upload | undefined {
    return this.#byFile.get(fileKey(file));
  }

  add(upload: Upload): UploadSnapshot {
    this.#snapshots.set(upload, undefined);
    this.#byFile.set(fileKey(upload.chosen), upload);
    return this.refresh(upload);
  }

  /** Lets `change` give an upload that has failed another file. */
  refile(upload: Upload, change: () => void): UploadSnapshot {
    this.#unfile(upload);
    change();
    this.#byFile.set(fileKey(upload.chosen), upload);
    return this.refresh(upload);
  }

  remove(upload: Upload): void {
    const last = this.#snapshots.get(upload);
    this.#snapshots.delete(upload);
    for (const id of [upload.id, ...upload.state.formerIds]) this.#byId.delete(id);
    this.#unfile(upload);
    this.#count(last, undefined);
  }

  #unfile(upload: Upload): void {
    const key = fileKey(upload.chosen);
    if (this.#byFile.get(key) === upload) this.#byFile.delete(key);
  }

  lastSnapshot(upload: Upload): UploadSnapshot | undefined {
    return this.#snapshots.get(upload);
  }

  /** An upload is at work, and does not wait. */
  get isWorking(): boolean {
    return this.#working > 0;
  }

  /** Makes a new snapshot, if anything in it has changed. */
  refresh(upload: Upload): UploadSnapshot {
    const last = this.#snapshots.get(upload);
    const snapshot = snapshotOf(upload, last);
    if (snapshot === last || !this.#snapshots.has(upload)) return snapshot;
    this.#snapshots.set(upload, snapshot);
    this.#byId.set(upload.id, upload);
    this.#count(last, snapshot);
    return snapshot;
  }

  #count(before: UploadSnapshot | undefined, after: UploadSnapshot | undefined): void {
    addToSums(this.sums, before, -1);
    addToSums(this.sums, after, 1);
    if (before?.status === 'failed') this.failedBytes -= before.bytes;
    if (after?.status === 'failed') this.failedBytes += after.bytes;
    if (isWorking(before)) this.#working--;
    if (isWorking(after)) this.#working++;
    this.#all = undefined;
  }
}

function isWorking(upload: UploadSnapshot | undefined): boolean {
  return upload !== undefined && WORKING.has(upload.status) && !upload.waitingFor;
}

function fileKey({ file, path = file.name }: FileWithPath): string {
  return `${path}\n${file.size}\n${file.lastModified}\n${file.type}`;
}
