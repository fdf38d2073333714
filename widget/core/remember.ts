/** Files that wait, and small ones on their way, are in the journal as well: a reload shall not lose them. */
import { consult } from './consult.ts';
import type { Engine } from './engine.ts';
import type { Job } from './job.ts';
import { note } from './journal.ts';
import { can } from './upload.ts';

const EVERY_MS = 1000;
/** Small files that are in the journal at a time; those that come first in the queue. */
const MOST_SMALL = 1000;

/** When to look at the queue again. */
const due = new WeakMap<Engine, number>();
/** Small files that were there the last time: most are gone before they are worth a note. */
const seen = new WeakSet<Job>();

/**
 * Writes down what has joined the queue since the last time, one file after another. Cheap to call
 * often; never rejects.
 */
export async function remember(engine: Engine): Promise<void> {
  const { options, live, preparing, queue } = engine;
  if (options.resume === false || performance.now() < (due.get(engine) ?? 0)) return;
  due.set(engine, Infinity);
  const jobs = [...live].filter(({ isSingle }) => isSingle).concat(queue.jobs);
  let small = jobs.filter(({ isSingle, consulting }) => isSingle && consulting).length;
  for (const job of jobs) {
    const { isSingle } = job;
    if (engine.isClosed) return;
    // It may have got its turn, or be done, since this round began.
    if (job.consulting || preparing.has(job) || !can(job.state, 'cancel')) continue;
    if (isSingle && (!seen.has(job) || small++ >= MOST_SMALL)) {
      seen.add(job);
      continue;
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
