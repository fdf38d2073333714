import type { Refused } from '../../../worker/protocol.ts';
import { Attempts } from '../faults/attempts.ts';
import { backoffMs } from '../faults/backoff.ts';
import { problemError } from '../faults/worker-error.ts';
import type { Outcome } from '../store/outcome.ts';
import { unlessAborted } from '../util/unless-aborted.ts';

type Send<Item, Answer> = (
  items: Item[],
  signal: AbortSignal,
) => Promise<readonly (Answer | Refused | undefined)[]>;

interface Slot<Item, Answer> {
  readonly item: Item;
  readonly attempts: Attempts;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Gathers calls that go to the Worker as one request, and gives each of them its own slot of the
 * answer. A batch is sent when it is full, when `flush` is called, or when its first item has waited
 * for as long as `waitMs` said when it came.
 */
export class Batch<Item, Answer extends object> {
  readonly #slots: Slot<Item, Answer>[] = [];
  #requests = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #send: Send<Item, Answer>;
  readonly #size: () => number;
  readonly #patienceMs: () => number;
  readonly #waitMs: (() => number) | undefined;

  /** `size`: most items in one request. */
  constructor(
    send: Send<Item, Answer>,
    size: () => number,
    patienceMs: () => number,
    waitMs?: () => number,
  ) {
    this.#send = send;
    this.#size = size;
    this.#patienceMs = patienceMs;
    this.#waitMs = waitMs;
  }

  get waiting(): number {
    return this.#slots.length;
  }

  /** True while a request has not been answered. */
  get isSending(): boolean {
    return this.#requests > 0;
  }

  /**
   * Once `signal` is aborted, the item is sent no more; those that were sent with it are sent again.
   *
   * @throws UploadError for the problem in its slot, or for that of the whole request; the reason of
   *   `signal` once it is aborted.
   */
  add(item: Item, signal?: AbortSignal): Promise<Answer> {
    const answer = new Promise<Answer>((resolve, reject) =>
      this.#push({ item, attempts: new Attempts(), signal, resolve, reject }),
    );
    return signal ? unlessAborted(answer, signal) : answer;
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const slots = this.#slots.splice(0).filter(isWanted);
    if (slots.length > 0) void this.#request(slots);
  }

  async #request(slots: readonly Slot<Item, Answer>[]): Promise<void> {
    this.#requests++;
    const request = new AbortController();
    const abort = () => request.abort();
    for (const { signal } of slots) signal?.addEventListener('abort', abort);
    try {
      const items = slots.map(({ item }) => item);
      const answers = await this.#send(items, request.signal);
      slots.forEach((slot, index) => this.#settle(slot, answers[index]));
    } catch (error) {
      if (request.signal.aborted) for (const slot of slots.filter(isWanted)) this.#push(slot);
      else for (const { reject } of slots) reject(error);
    } finally {
      this.#requests--;
      for (const { signal } of slots) signal?.removeEventListener('abort', abort);
    }
  }

  #push(slot: Slot<Item, Answer>): void {
    this.#slots.push(slot);
    if (this.waiting >= this.#size()) this.flush();
    else if (this.#waitMs) this.#timer ??= setTimeout(() => this.flush(), this.#waitMs());
  }

  #settle(slot: Slot<Item, Answer>, answer: Answer | Refused | undefined): void {
    if (answer && !('problem' in answer)) return slot.resolve(answer);
    // The rest of its batch was answered, so this item is sent again without it.
    const { status = 500, code, retryAfter } = answer?.problem ?? {};
    const outcome: Outcome = { kind: 'answered', status, code, retryAfter };
    const verdict = slot.attempts.judge(outcome, this.#patienceMs());
    if (verdict.do === 'retry') setTimeout(() => this.#push(slot), backoffMs(verdict));
    else slot.reject(problemError(answer?.problem));
  }
}

function isWanted({ signal }: { readonly signal: AbortSignal | undefined }): boolean {
  return !signal?.aborted;
}
