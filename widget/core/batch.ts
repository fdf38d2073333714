import { isRefused, type Refused } from '../../worker/protocol.ts';
import { problemError } from './errors.ts';

type Send<Item, Answer> = (items: Item[]) => Promise<readonly (Answer | Refused | undefined)[]>;

/**
 * Gathers calls that go to the Worker as one request, and gives each its own slot of the answer. A
 * batch goes when it is full, when `flush` says that it is time, or when its first item has waited
 * for `waitMs`.
 */
export class Batch<Item, Answer extends object> {
  /** Items at most. */
  size = 1;
  #slots: { item: Item; resolve: (answer: Answer) => void; reject: (reason: unknown) => void }[] =
    [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #send: Send<Item, Answer>;
  readonly #waitMs: number | undefined;

  constructor(send: Send<Item, Answer>, waitMs?: number) {
    this.#send = send;
    this.#waitMs = waitMs;
  }

  get waiting(): number {
    return this.#slots.length;
  }

  /** @throws UploadError for its slot's problem, or for the whole request's. */
  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#slots.push({ item, resolve, reject });
      if (this.waiting >= this.size) this.flush();
      else if (this.#waitMs) this.#timer ??= setTimeout(() => this.flush(), this.#waitMs);
    });
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const slots = this.#slots.splice(0);
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
