/** Files that wait for their turn are in the journal as well: a reload shall not lose them. */
import { consult } from './consult.ts';
import type { Engine } from './engine.ts';
import { note } from './journal.ts';

const EVERY_MS = 1000;

/** When to look at the queue again. */
const due = new WeakMap<Engine, number>();

/**
 * Writes down what has joined the queue since the last time, one file after another. Only files of
 * several parts: what goes in one request is no loss. Cheap to call often; never rejects.
 */
export async function remember(engine: Engine): Promise<void> {
  if (engine.options.resume === false || performance.now() < (due.get(engine) ?? 0)) return;
  due.set(engine, Infinity);
  for (const job of engine.queue.jobs) {
    if (job.isSingle || job.consulting) continue;
    try {
      await consult(engine, job);
      if (!job.isInDoubt && job.phase === 'queued') await note(job);
    } catch {
      // Its own turn will tell.
    }
  }
  due.set(engine, performance.now() + EVERY_MS);
}
