/**
 * Reservations in a Durable Object. Each owner has one, which all requests of that owner reach, so
 * limits hold exactly. The operator binds it as `LIMITS`; see wrangler.toml.
 * https://developers.cloudflare.com/durable-objects/concepts/what-are-durable-objects/
 */
import {
  Account,
  type Asker,
  type Cancelled,
  type Counted,
  type Limits,
  type Reservation,
  type Reservations,
  type Verdict,
} from './reservations.ts';
import { ProblemError } from '../problem.ts';

/** The part of a Durable Object namespace that is used. */
export interface LimitsNamespace {
  idFromName(name: string): unknown;
  get(id: never): { fetch(url: string, init: { method: string; body: string }): Promise<Response> };
}

/** The part of a Durable Object's state that is used. */
interface LimitsState {
  readonly storage: {
    readonly sql: {
      exec(query: string, ...values: (string | number)[]): Iterable<Record<string, unknown>>;
    };
  };
}

type Question =
  | {
      readonly kind: 'reserve';
      readonly wanted: Reservation;
      readonly limits: Limits;
      readonly action: 'create' | 'complete';
    }
  | { readonly kind: 'used' }
  | {
      readonly kind: 'finish';
      readonly upload: Reservation;
      readonly always: boolean;
    }
  | { readonly kind: 'extend'; readonly id: string; readonly expiresAt: number }
  | { readonly kind: 'cancel'; readonly id: string; readonly countsUntil: number }
  | { readonly kind: 'release'; readonly id: string; readonly what: 'upload' | 'attempt' }
  | { readonly kind: 'open'; readonly listed: readonly Counted[] }
  | { readonly kind: 'all'; readonly questions: readonly Question[] };

/** What the object answers to a question. `unopened`: it has to be told first what there is. */
type Answer =
  | Verdict
  | Counted['state']
  | Cancelled
  | boolean
  | number
  | 'unopened'
  | readonly Answer[];

/** Sent with each question, so that a signer's clock is the object's as well. */
type Message = Question & { readonly now: number };

/** Counts one owner's uploads in SQLite. It extends no class of the runtime, so that Node can load it. */
export class OwnerLimits {
  readonly #sql: LimitsState['storage']['sql'];
  readonly #account: Account;
  #isOpen: boolean;

  constructor({ storage }: LimitsState) {
    this.#sql = storage.sql;
    this.#sql.exec('CREATE TABLE IF NOT EXISTS uploads (id TEXT PRIMARY KEY, counted TEXT)');
    const rows = [...this.#sql.exec('SELECT id, counted FROM uploads')];
    this.#isOpen = rows.some(({ id }) => id === OPENED);
    const counted = rows.filter(({ id }) => id !== OPENED);
    this.#account = new Account(
      counted.map((row) => JSON.parse(String(row['counted'])) as Counted),
      (id, value) => this.#save(id, value),
    );
  }

  async fetch(request: Request): Promise<Response> {
    return Response.json(this.#answer(await request.json()));
  }

  #answer(message: Message): Answer {
    const { now } = message;
    if (message.kind === 'all') {
      return message.questions.map((question) => this.#answer({ ...question, now }));
    }
    if (message.kind === 'open') {
      if (!this.#isOpen) this.#account.add(message.listed);
      this.#isOpen = true;
      this.#sql.exec('INSERT OR REPLACE INTO uploads VALUES (?, ?)', OPENED, '');
      return true;
    }
    this.#account.forget(now);
    switch (message.kind) {
      case 'reserve':
        if (!this.#isOpen) return 'unopened';
        return this.#account.reserve(message.wanted, message.limits, message.action, now);
      case 'used':
        return this.#isOpen ? this.#account.usedBytes(now) : 'unopened';
      case 'finish':
        return this.#account.finish(message.upload, message.always);
      case 'extend':
        return this.#account.extend(message.id, message.expiresAt);
      case 'cancel':
        return this.#account.cancel(message.id, message.countsUntil);
      case 'release':
        this.#account.release(message.id, message.what);
        return true;
    }
  }

  #save(id: string, counted: Counted | undefined): void {
    if (counted) {
      const text = JSON.stringify(counted);
      this.#sql.exec('INSERT OR REPLACE INTO uploads VALUES (?, ?)', id, text);
    } else {
      this.#sql.exec('DELETE FROM uploads WHERE id = ?', id);
    }
  }
}

/** Id of the row that shows that uploads from before the account existed have been added. */
const OPENED = '';

/** Keeps reservations in the Durable Objects of this namespace. */
export function durableReservations(namespace: LimitsNamespace): Reservations {
  const unasked = new WeakMap<Asker, Waiting[]>();
  const openings = new WeakMap<Asker, Promise<unknown>>();
  return {
    exact: true,
    reserve: (asker, wanted, limits, action, listed) =>
      askOpened<Verdict>(asker, { kind: 'reserve', wanted, limits, action }, listed),
    usedBytes: (asker, listed) => askOpened<number>(asker, { kind: 'used' }, listed),
    finish: (asker, upload, always) => ask<boolean>(asker, { kind: 'finish', upload, always }),
    extend: (asker, id, expiresAt) =>
      ask<Counted['state']>(asker, { kind: 'extend', id, expiresAt }),
    cancel: (asker, id, countsUntil) => ask<Cancelled>(asker, { kind: 'cancel', id, countsUntil }),
    async release(asker, id, what = 'upload') {
      await ask(asker, { kind: 'release', id, what });
    },
  };

  /** Questions that one request asks at once are asked in one message, and answered in their order. */
  function ask<T extends Answer>(asker: Asker, question: Question): Promise<T> {
    return new Promise<Answer>((resolve, reject) => {
      const waiting = unasked.get(asker) ?? [];
      waiting.push({ question, resolve, reject });
      if (waiting.length > 1) return;
      unasked.set(asker, waiting);
      // The other questions of the moment come first.
      void Promise.resolve().then(() => {
        unasked.delete(asker);
        return askAll(asker, waiting);
      });
    }) as Promise<T>;
  }

  async function askAll(asker: Asker, waiting: readonly Waiting[]): Promise<void> {
    try {
      const questions = waiting.map(({ question }) => question);
      const [only] = questions.length === 1 ? questions : [];
      const answer = await send(asker, only ?? { kind: 'all', questions });
      const answers = only ? [answer] : (answer as readonly Answer[]);
      for (const [index, { resolve }] of waiting.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  async function send({ owner, now }: Asker, question: Question): Promise<Answer> {
    const message: Message = { ...question, now };
    try {
      const stub = namespace.get(namespace.idFromName(owner) as never);
      const body = JSON.stringify(message);
      const response = await stub.fetch('https://limits/', { method: 'POST', body });
      if (!response.ok) throw new Error(`The Durable Object answered ${response.status}.`);
      return (await response.json()) as Answer;
    } catch (cause) {
      throw new ProblemError('store_unavailable', 'Limits cannot be checked now: try again.', {
        retryAfter: 1,
        cause,
      });
    }
  }

  /** Asks, and if the object is new, tells it once what KV lists and asks again. */
  async function askOpened<T extends Answer>(
    asker: Asker,
    question: Question,
    listed: () => Promise<readonly Counted[]>,
  ): Promise<T> {
    const answer = await ask<T | 'unopened'>(asker, question);
    if (answer !== 'unopened') return answer;
    const open = async () => ask(asker, { kind: 'open', listed: await listed() });
    const opening = openings.get(asker) ?? open();
    openings.set(asker, opening);
    await opening;
    return ask<T>(asker, question);
  }
}

/** A question that has not been sent yet. */
interface Waiting {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}
