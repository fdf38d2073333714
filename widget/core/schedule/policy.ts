import type { Policy } from '../../../worker/protocol.ts';
import { getPolicy } from '../api/get-policy.ts';
import type { WorkerClient } from '../api/worker-client.ts';

/** The Worker's policy for the present caller. The last policy is used until a new one has arrived. */
export class PolicySource {
  readonly #worker: WorkerClient;
  #policy: Policy | undefined;
  /** The Worker and the caller whose policy it is; undefined if that has to be asked. */
  #caller: string | undefined;
  #asking: Promise<void> | undefined;
  #isStale = false;

  constructor(worker: WorkerClient) {
    this.#worker = worker;
  }

  get current(): Policy | undefined {
    return this.#policy;
  }

  /**
   * Asks for the policy, unless it is known for this caller and Worker. Callers at the same time share
   * one request.
   *
   * @throws UploadError if the Worker does not give one.
   */
  ask(): Promise<void> {
    return (this.#asking ??= this.#ask().finally(() => (this.#asking = undefined)));
  }

  /** Asks again, although the policy of this caller is known. Throws as `ask` does. */
  refresh(): Promise<void> {
    this.#caller = undefined;
    return this.ask();
  }

  /** The caller or the Worker may have changed. Returns whether the policy has to be asked for. */
  markStale(): boolean {
    this.#isStale = true;
    return this.#policy !== undefined || this.#asking !== undefined;
  }

  /**
   * What the journal's keys of the present caller begin with. An anonymous caller has an empty name,
   * which nobody else has. Undefined while the Worker has not said who is calling.
   */
  async callerKey(): Promise<string | undefined> {
    await this.ask().catch(() => undefined);
    if (this.#caller === undefined) return undefined;
    return `${this.#worker.endpoint}\n${this.#policy?.caller ?? ''}\n`;
  }

  async #ask(): Promise<void> {
    const worker = this.#worker;
    do {
      this.#isStale = false;
      const headers = await worker.headers().catch(() => undefined);
      const caller = worker.endpoint + JSON.stringify(headers);
      if (this.#policy && caller === this.#caller) continue;
      this.#caller = undefined;
      const policy = await getPolicy(worker);
      if (this.#isStale) continue;
      this.#caller = caller;
      this.#policy = policy;
    } while (this.#isStale);
  }
}
