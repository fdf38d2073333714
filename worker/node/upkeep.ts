/** The round that a cron trigger starts on Cloudflare, started by a timer. */
import { randomUUID } from 'node:crypto';
import { createUpkeep } from '../signer.ts';
import type { SignerOptions } from '../signer-options.ts';
import { createLog } from '../util/log.ts';
import type { SignerState } from './state/state.ts';

/** Runs until it is stopped. */
export interface RunningUpkeep {
  /** Starts no other round, and waits for the one that is running. */
  stop(): Promise<void>;
}

const EVERY_SECONDS = 60;
const TASK = 'upkeep';

/**
 * Does a round of upkeep now and every minute. Of all processes that share a state, one does it; if that
 * process ends, another one takes over.
 *
 * @param options those of `createSigner`.
 * @throws ProblemError `misconfigured` for options that cannot work.
 */
export function startUpkeep(
  options: SignerOptions,
  state: SignerState,
  everySeconds = EVERY_SECONDS,
): RunningUpkeep {
  const log = createLog(options.log);
  const round = createUpkeep(options);
  const holder = randomUUID();
  // Longer than the time between two rounds, so that the same process goes on.
  const lease = () => state.lease(TASK, holder, 1.5 * everySeconds);
  let running: Promise<void> | undefined;
  const tick = (): void => {
    // A round that takes longer than the time between two keeps its lease, too.
    if (running) void lease().catch(() => undefined);
    else running = once().finally(() => (running = undefined));
  };
  const timer = setInterval(tick, everySeconds * 1000);
  tick();

  return {
    async stop() {
      clearInterval(timer);
      await running;
      await state.release(TASK, holder).catch(() => undefined);
    },
  };

  /** Never rejects. */
  async function once(): Promise<void> {
    try {
      if (!(await lease())) return;
      await state.purge();
      const works: Promise<unknown>[] = [];
      await round((work) => void works.push(work));
      await Promise.allSettled(works);
    } catch (error) {
      log.error('upkeep_failed', { error });
    }
  }
}
