/** Decides which uploads are next. */
import type { Policy } from '../../../worker/protocol.ts';
import type { Upload } from '../upload/upload.ts';

/** Large files that run at once; with more of them, each would only finish later. */
const LARGE_AT_ONCE = 3;
/** Bytes that may be hashed and signed ahead before the speed of the line is known. */
const LEAST_AHEAD_BYTES = 2 ** 26;
const AHEAD_SECONDS = 60;

/** The uploads that are running, and the means they share. */
export interface Running {
  readonly uploads: Iterable<Upload>;
  /** Requests to the store that may be in flight. */
  readonly limit: number;
  readonly bytesPerSecond: number;
}

export class Queue {
  /** Uploads that are not known to be small or large yet. */
  #fresh = new Set<Upload>();
  readonly #small = new Set<Upload>();
  readonly #large = new Set<Upload>();
  readonly #setTerms: (upload: Upload, policy: Policy) => boolean;

  /** `setTerms` gives an upload the terms of the policy. It returns false if that has failed the upload. */
  constructor(setTerms: (upload: Upload, policy: Policy) => boolean) {
    this.#setTerms = setTerms;
  }

  push(upload: Upload): void {
    this.#fresh.add(upload);
  }

  get isEmpty(): boolean {
    return this.#fresh.size + this.#small.size + this.#large.size === 0;
  }

  get uploads(): readonly Upload[] {
    return [...this.#fresh, ...this.#small, ...this.#large].filter(isQueued);
  }

  /**
   * Takes the uploads whose turn it is out of the queue. Small files come in rounds of one Create
   * each, and never with more bytes than the line sends in a minute; large ones come a few at a time,
   * beside them. Uploads that do not move do not count.
   */
  admit(policy: Policy, { uploads, limit, bytesPerSecond }: Running): Upload[] {
    this.#sort(policy);
    const admitted: Upload[] = [];
    const round = Math.min(policy.batch.create, policy.maxFiles ?? Infinity);
    const budget = Math.max(LEAST_AHEAD_BYTES, bytesPerSecond * AHEAD_SECONDS);
    let small = 0;
    let smallBytes = 0;
    let large = 0;
    /** Large uploads that have stored nothing yet. */
    let unproven = 0;
    let isAnyStuck = false;
    for (const { isSingle, parts, file, state } of uploads) {
      // Those that do not move give their places up.
      if (parts?.isStuck) isAnyStuck = true;
      if (parts?.isStuck || state.hungReads > 0) continue;
      const unsent = parts ? parts.unsent : Infinity;
      if (isSingle && unsent) {
        small++;
        smallBytes += file.size;
      } else if (!isSingle && unsent > limit / 2) {
        large++;
        if (!parts?.storedBytes) unproven++;
      }
    }
    if (small < 2 * limit || (small < round / 2 && smallBytes < budget / 2)) {
      for (let bytes = 0; admitted.length < round && bytes < budget;) {
        const upload = take(this.#small);
        if (!upload) break;
        bytes += upload.file.size;
        admitted.push(upload);
      }
    }
    // If all of them are stuck, the store may be down: one more is tried at a time.
    const most = isAnyStuck
      ? Math.min(LARGE_AT_ONCE, large + 1 - Math.min(unproven, 1))
      : LARGE_AT_ONCE;
    for (; large < most; large++) {
      const upload = take(this.#large);
      if (upload) admitted.push(upload);
    }
    return admitted;
  }

  #sort(policy: Policy): void {
    const fresh = this.#fresh;
    this.#fresh = new Set();
    for (const upload of fresh) {
      if (!isQueued(upload) || !this.#setTerms(upload, policy)) continue;
      (upload.isSingle ? this.#small : this.#large).add(upload);
    }
  }
}

/** An upload that was paused, cancelled or admitted meanwhile has left; its place is skipped. */
function isQueued(upload: Upload): boolean {
  return upload.phase === 'queued';
}

function take(uploads: Set<Upload>): Upload | undefined {
  for (const upload of uploads) {
    uploads.delete(upload);
    if (isQueued(upload)) return upload;
  }
  return undefined;
}
