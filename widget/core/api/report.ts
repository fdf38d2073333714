/** Tells the Worker what the store has answered, for its log. */
import type { ReportAnswer, ReportBody } from '../../../worker/protocol.ts';
import { PATHS } from '../../../worker/protocol/paths.ts';
import type { WorkerClient } from './worker-client.ts';

/** An upload that has failed is not kept waiting for longer. */
const TIMEOUT_MS = 2000;
/** The same answer is reported once in this time, however many files get it. */
const REPEATED_MS = 60_000;

export class Reports {
  readonly #worker: WorkerClient;
  readonly #sent = new Map<
    string,
    { readonly atMs: number; readonly advice: Promise<string | undefined> }
  >();

  constructor(worker: WorkerClient) {
    this.#worker = worker;
  }

  /** Resolves with what the operator should do, if the Worker knows it. Never rejects. */
  send(report: ReportBody): Promise<string | undefined> {
    const key = `${report.status} ${report.code}`;
    const nowMs = performance.now();
    const last = this.#sent.get(key);
    if (last && nowMs - last.atMs < REPEATED_MS) return last.advice;
    const advice = this.#request(report);
    this.#sent.set(key, { atMs: nowMs, advice });
    return advice;
  }

  async #request(body: ReportBody): Promise<string | undefined> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const { advice } = await this.#worker.call<ReportAnswer>(PATHS.report, {
        body,
        signal,
        has: 'advice',
      });
      return advice ?? undefined;
    } catch {
      return undefined;
    }
  }
}
