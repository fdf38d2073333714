/** Writes the bytes of an upload to the store: whole parts as they fill, and the rest as the tail. */
import type { Signer } from '../context.ts';
import { ProblemError } from '../problem.ts';
import { tooManyBytes } from '../refusals.ts';
import type { PartReceipt } from '../protocol.ts';
import { isStoreError } from '../s3/requests/errors.ts';
import { DEFAULT_RETRY, delayBefore } from '../s3/requests/retry.ts';
import type { Upload } from '../upload/upload.ts';
import type { Turn } from './turns.ts';
import { removeTail, tailKey, tailOf, writeTail } from '../upload/tail.ts';

/** Where a writer starts. */
export interface Start {
  /** Whole parts that the store has. */
  readonly parts: number;
  /** Bytes of the next part that the store keeps as the tail. */
  readonly tail: Uint8Array | undefined;
}

/** Holds one part in memory. */
export class Writer {
  readonly #signer: Signer;
  readonly #upload: Upload;
  readonly #turn: Turn;
  readonly #part: Uint8Array<ArrayBuffer>;
  readonly #receipts: PartReceipt[] = [];
  #parts: number;
  #filled = 0;
  /** Bytes of the tail at the store, of part `#tailPart`. */
  #saved: number;
  readonly #tailPart: number;
  readonly #hadTail: boolean;

  constructor(signer: Signer, upload: Upload, { parts, tail }: Start, turn: Turn) {
    this.#signer = signer;
    this.#upload = upload;
    this.#turn = turn;
    this.#part = new Uint8Array(partBytesOf(upload));
    this.#parts = parts;
    this.#tailPart = parts + 1;
    this.#hadTail = tail !== undefined;
    this.#saved = tail?.length ?? 0;
    if (tail) this.#fill(tail);
  }

  /** Bytes of the file that have been written or are in memory. */
  get offset(): number {
    return Math.min(this.#parts * this.#part.length, this.#upload.bytes) + this.#filled;
  }

  /** @throws ProblemError `too_large` for more bytes than the upload may have. */
  async write(chunk: Uint8Array): Promise<void> {
    const { bytes } = this.#upload;
    if (this.offset + chunk.length > bytes) throw tooManyBytes(bytes);
    this.#turn.moved();
    for (let rest = chunk; rest.length > 0;) {
      rest = this.#fill(rest);
      if (this.#filled === this.#part.length) await this.#send();
    }
  }

  /** Writes what does not fill a part: as the last part at the end of the file, otherwise as the tail. */
  async end(): Promise<void> {
    const { unsized, bytes } = this.#upload;
    const isWhole = !unsized && this.offset === bytes;
    if (isWhole && (this.#filled > 0 || this.#parts === 0)) await this.#send();
    await this.#save();
    await this.#keepReceipts();
  }

  /** The request broke off: keeps what has come, unless another request has come further since. */
  async breakOff(): Promise<void> {
    await this.#keepReceipts();
    this.#turn.moved();
    const { store } = this.#signer;
    const other = tailOf(this.#upload, await store.head(tailKey(this.#upload)));
    const part = this.#parts + 1;
    const isBehind =
      other && (other.part > part || (other.part === part && other.bytes > this.#filled));
    if (!isBehind) await this.#save();
  }

  /** @returns what does not fit any more. */
  #fill(chunk: Uint8Array): Uint8Array {
    const room = this.#part.length - this.#filled;
    this.#part.set(chunk.subarray(0, room), this.#filled);
    this.#filled += Math.min(room, chunk.length);
    return chunk.subarray(room);
  }

  async #send(): Promise<void> {
    const { key, multipart } = this.#upload;
    const number = this.#parts + 1;
    const bytes = this.#part.subarray(0, this.#filled);
    const upload = { key, uploadId: multipart?.uploadId ?? '', algorithm: null };
    const { store } = this.#signer;
    this.#turn.moved();
    const { etag } = await persistently(() =>
      store.sendPart(upload, { number, bytes: bytes.length }, bytes),
    );
    this.#receipts.push({ number, etag });
    this.#parts = number;
    this.#filled = 0;
  }

  async #save(): Promise<void> {
    const part = this.#parts + 1;
    if (part === this.#tailPart && this.#filled === this.#saved) return;
    this.#turn.moved();
    if (this.#filled > 0) {
      const bytes = this.#part.subarray(0, this.#filled);
      await persistently(() => writeTail(this.#signer, this.#upload, part, bytes));
    } else if (this.#hadTail) {
      await removeTail(this.#signer, this.#upload);
    }
    this.#saved = this.#filled;
  }

  /** Stores that cannot list parts. */
  async #keepReceipts(): Promise<void> {
    const { store, ledger } = this.#signer;
    const receipts = this.#receipts.splice(0);
    if (store.profile.listParts || receipts.length === 0) return;
    await ledger.addReceipts(this.#upload, receipts);
  }
}

/** @throws ProblemError `not_found` for an upload that was not begun here. */
export function partBytesOf({ multipart }: Upload): number {
  if (multipart?.partBytes !== undefined) return multipart.partBytes;
  throw new ProblemError('not_found', 'There is no such upload.');
}

/** The bytes are still in memory, so what failed for a moment is sent again. */
async function persistently<T>(send: () => Promise<T>): Promise<T> {
  for (let next = 2; ; next++) {
    try {
      return await send();
    } catch (error) {
      const retryable = isStoreError(error) && error.retryable ? error : undefined;
      const delay = retryable && delayBefore(next, retryable.retryAfterSeconds, DEFAULT_RETRY);
      if (delay === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}
