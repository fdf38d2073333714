import type { UploadSummary } from '../../../worker/protocol.ts';
import { listOpenUploads } from '../api/calls.ts';
import type { Services } from '../services.ts';
import { readEntries } from './entries.ts';

/** How long a list is used for the next file: many may be added together. */
const FRESH_MS = 10_000;

/** Uploads that the caller has begun on another device, or in another browser, and not finished. */
export class Elsewhere {
  readonly #services: Services;
  #list: Promise<readonly UploadSummary[]> | undefined;
  #listedAt = 0;
  /** Ids of uploads that were given up, which the Worker's index may still list. */
  readonly #forgotten = new Set<string>();

  constructor(services: Services) {
    this.#services = services;
  }

  /**
   * Those of which the store has parts, if the page wants them. There are none for an anonymous caller,
   * who is another one on each device, and none without checksums, which tell whether a file is the one
   * that was begun. Never rejects.
   */
  async list(): Promise<readonly UploadSummary[]> {
    if (!this.#services.options.otherDevices) return [];
    const nowMs = performance.now();
    if (!this.#list || nowMs > this.#listedAt + FRESH_MS) {
      this.#listedAt = nowMs;
      this.#list = this.#ask().catch(() => {
        this.#list = undefined;
        return [];
      });
    }
    return (await this.#list).filter(({ id }) => !this.#forgotten.has(id));
  }

  /** The upload is given up, and not listed any more. */
  forget(id: string): void {
    this.#forgotten.add(id);
  }

  async #ask(): Promise<readonly UploadSummary[]> {
    const { worker } = this.#services;
    if ((await this.#services.callerKey()) === undefined) return [];
    const { policy } = this.#services;
    if (policy?.caller === undefined || policy.checksum === null) return [];
    const [uploads, entries] = await Promise.all([listOpenUploads(worker), readEntries()]);
    // Those of this browser are known by the content of their files, and may be sent by another tab.
    const here = new Set([...entries.values()].map(({ id }) => id));
    return uploads.filter(({ id, stored }) => stored && stored.bytes > 0 && !here.has(id));
  }
}
