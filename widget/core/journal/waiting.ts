/**
 * Notes files that wait for their turn, and small files on their way, so that a reload does not lose
 * them.
 */
import type { Services } from '../services.ts';
import { can } from '../upload/state.ts';
import type { Upload } from '../upload/upload.ts';
import { unlessAborted } from '../util/unless-aborted.ts';
import type { Claims } from './claims.ts';

/** One file that hangs does not keep the others from being noted. */
const LONGEST_MS = 5000;
/** Pause between two rounds. */
const PAUSE_MS = 1000;
/** Most small files that are noted at a time; the first ones of the queue. */
const MOST_SMALL = 1000;
/** A small file is not noted before it has waited for this long. */
const SMALL_WAIT_MS = 3000;
/** Small files are not noted if everything will be sent within this time. */
const SOON_SECONDS = 5;

export class WaitingUploads {
  readonly #services: Services;
  readonly #claims: Claims;
  #nextRoundAt = 0;
  /** When small files were first seen. */
  readonly #seenAt = new WeakMap<Upload, number>();

  constructor(services: Services, claims: Claims) {
    this.#services = services;
    this.#claims = claims;
  }

  /** Notes what has joined the queue since the last round. Cheap to call often; never rejects. */
  async note(): Promise<void> {
    const { options } = this.#services;
    if (options.resume === false || performance.now() < this.#nextRoundAt) return;
    this.#nextRoundAt = Infinity;
    // A file that has yet to be made out of the chosen one cannot be known by its content.
    const areSent = (options.transforms ?? []).length === 0;
    const pending = this.#services.pending();
    await this.#noteRound(pending.filter((upload) => areSent || upload.isTransformed));
    this.#nextRoundAt = performance.now() + PAUSE_MS;
  }

  async #noteRound(uploads: readonly Upload[]): Promise<void> {
    const { rate } = this.#services;
    const bytesLeft = uploads.reduce((sum, { file, parts }) => {
      return sum + file.size - (parts?.storedBytes ?? 0);
    }, 0);
    const nowMs = performance.now();
    const isSoonOver = bytesLeft < SOON_SECONDS * (rate.perSecond() ?? 0);
    let small = uploads.filter(
      (upload) => upload.isSingle && this.#claims.isLookedUp(upload),
    ).length;
    for (const upload of uploads) {
      if (this.#services.isClosed) return;
      // It may have started, or ended, since this round began.
      if (this.#claims.isLookedUp(upload) || upload.phase === 'claiming') continue;
      if (!can(upload.state, 'cancel')) continue;
      if (upload.isSingle) {
        const seenAt = this.#seenAt.get(upload) ?? nowMs;
        this.#seenAt.set(upload, seenAt);
        if (nowMs - seenAt < SMALL_WAIT_MS || isSoonOver || small >= MOST_SMALL) continue;
        small++;
      }
      await unlessAborted(this.#noteUpload(upload), AbortSignal.timeout(LONGEST_MS)).catch(() => {
        // The file cannot be read, or reading it hangs; its own turn will report that.
      });
    }
  }

  async #noteUpload(upload: Upload): Promise<void> {
    await this.#claims.lookUp(upload);
    const isOpen = upload.isSingle ? can(upload.state, 'cancel') : upload.phase === 'queued';
    if (isOpen && upload.standing.kind !== 'unconfirmed') await this.#claims.note(upload);
  }
}
