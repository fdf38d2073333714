/** Files that wait, and small ones on their way, are in the journal as well: a reload shall not lose them. */
import { consult } from './consult.ts';
import type { Engine } from './engine.ts';
import type { Job } from './job.ts';
import { note } from './journal.ts';
import { can } from './upload.ts';

const EVERY_MS = 1000;
/** Small files that are in the journal at a time; those that come first in the queue. */
const MOST_SMALL = 1000;
/** A small file is not worth a note before it has been there for so long, */
const SMALL_WAIT_MS = 3000;
/** nor where everything will be through by then. */
const SOON_SECONDS = 5;

/** When to look at the queue again. */
const due = new WeakMap<Engine, number>();
/** Since when small files have been there. */
const seen = new WeakMap<Job, number>();

/**
 * Writes down what has joined the queue since the last time, one file after another. Cheap to call
 * often; never rejects.
 */
export async function remember(engine: Engine): Promise<void> {
  const { options, live, preparing, queue } = engine;
  if (options.resume === false || performance.now() < (due.get(engine) ?? 0)) return;
  due.set(engine, Infinity);
  const jobs = [...live, ...queue.jobs];
  const bytesLeft = jobs.reduce((sum, { file, loaded }) => sum + file.size - loaded, 0);
  const nowMs = performance.now();
  const isSoonOver = bytesLeft < SOON_SECONDS * engine.bytesPerSecond;
  let small = jobs.filter(({ isSingle, consulting }) => isSingle && consulting).length;
  for (const job of jobs) {
    const { isSingle } = job;
    if (engine.isClosed) return;
    // It may have got its turn, or be done, since this round began.
    if (job.consulting || preparing.has(job) || !can(job.state, 'cancel')) continue;
    if (isSingle) {
      const sinceMs = seen.get(job) ?? nowMs;
      seen.set(job, sinceMs);
      if (nowMs - sinceMs < SMALL_WAIT_MS || isSoonOver || small >= MOST_SMALL) continue;
      small++;
    }
    try {
      await consult(engine, job);
      const isToBeNoted = isSingle ? can(job.state, 'cancel') : job.phase === 'queued';
      if (!job.isInDoubt && isToBeNoted) await note(job);
    } catch {
      // Its own turn will tell.
    }
  }
  due.set(engine, performance.now() + EVERY_MS);
}
