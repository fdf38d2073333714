import { isRefused, type Refused } from '../../worker/protocol.ts';
import { problemError } from './errors.ts';

interface Slot<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Gathers calls that go to the Worker as one request, and gives each its own slot of the answer. A
 * batch goes when it is full, when `flush` says that nothing more will come, or when its first item
 * has waited for `waitMs`.
 */
export class Batch<Item, Answer extends object> {
  #slots: Slot<Item, Answer>[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #waitMs: number;
  readonly #send: (items: Item[]) => Promise<readonly (Answer | Refused)[]>;
  size: number;

  constructor(
    size: number,
    waitMs: number,
    send: (items: Item[]) => Promise<readonly (Answer | Refused)[]>,
  ) {
    this.size = size;
    this.#waitMs = waitMs;
    this.#send = send;
  }

  /** @throws UploadError for its slot's problem, or for the whole request's. */
  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#slots.push({ item, resolve, reject });
      if (this.#slots.length >= this.size) this.flush();
      else this.#timer ??= setTimeout(() => this.flush(), this.#waitMs);
    });
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const slots = this.#slots;
    this.#slots = [];
    if (!slots.length) return;
    this.#send(slots.map(({ item }) => item)).then(
      (answers) =>
        slots.forEach(({ resolve, reject }, index) => {
          const answer = answers[index];
          if (answer && !isRefused(answer)) resolve(answer);
          else reject(problemError(answer?.problem));
        }),
      (error: unknown) => slots.forEach(({ reject }) => reject(error)),
    );
  }
}
