/** Whether a file is known from an earlier visit. */
import type { Engine } from './engine.ts';
import { fingerprint, headOf } from './fingerprint.ts';
import { uuidv7 } from './id.ts';
import type { Job } from './job.ts';
import { recall, recallHeads } from './journal.ts';
import { claim } from './locks.ts';
import { can } from './upload.ts';

/**
 * Consults the journal about every large file; about a small one, of which there may be thousands,
 * only where it has one of that name, size and date.
 *
 * @throws DOMException when the file cannot be read.
 */
export async function recognise(engine: Engine, job: Job): Promise<void> {
  if (!job.isSingle || job.consulting || (await mayKnow(engine, job))) await consult(engine, job);
}

/** One read of the journal for all who ask meanwhile. */
let reading: Promise<ReadonlySet<string>> | undefined;

async function mayKnow(engine: Engine, job: Job): Promise<boolean> {
  if (engine.options.resume === false) return false;
  reading ??= recallHeads().finally(() => (reading = undefined));
  return (await reading).has(headOf(engine, job));
}

/**
 * Looks into the journal, once for each file however many ask, and claims what it finds for this tab.
 *
 * @throws DOMException when the file cannot be read; then it may be asked again.
 */
export function consult(engine: Engine, job: Job): Promise<void> {
  return (job.consulting ??= look(engine, job).catch((error: unknown) => {
    job.consulting = undefined;
    throw error;
  }));
}

async function look(engine: Engine, job: Job): Promise<void> {
  const key = await fingerprint(engine, job);
  // Wanted in the end, with a journal or without: Firefox reads on in a file that was written anew.
  job.print ??= key;
  job.wasRead = true;
  if (engine.options.resume === false) return;
  const unlock = await claim(key);
  // Cancelled meanwhile, or its page is gone.
  if (engine.isClosed || !can(job.state, 'cancel')) return unlock?.();
  // Another tab is at it: this is an upload of its own, which the journal does not know.
  if (!unlock) {
    if (job.isInDoubt) renew(job);
    return;
  }
  job.unlock = unlock;
  job.fingerprint = key;
  job.place = engine.options.place;
  // Under way already, it is not gone on with, but noted.
  if (job.creating || job.token) return;
  const entry = await recall(key);
  if (!entry || (job.isInDoubt && job.id !== entry.id)) return;
  job.id = entry.id;
  job.token = entry.token;
  job.handle ??= entry.handle;
  job.receipts = entry.parts ?? [];
  // Without a token nothing of it need be looked for: it is created, under the same id.
  job.isInDoubt = entry.token !== undefined;
}

/** From now on it is another upload. */
export function renew(job: Job): void {
  job.forget();
  job.id = uuidv7();
}
