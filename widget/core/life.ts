/** One upload from its first request to its last. */
import {
  planFor,
  type CompleteBody,
  type Created,
  type FileEntry,
  type Result,
} from '../../worker/protocol.ts';
import { combine } from './checksum/index.ts';
import { now, type Moment } from './clock.ts';
import { recognise, renew } from './consult.ts';
import type { Engine } from './engine.ts';
import { isUploadError, UploadError } from './errors.ts';
import { assertReadable, changed, fileError } from './files.ts';
import { fingerprint } from './fingerprint.ts';
import type { Job } from './job.ts';
import { erase, note } from './journal.ts';
import { checksumOf } from './part.ts';
import { Parts } from './parts.ts';
import { remember } from './remember.ts';
import { resume } from './resume.ts';
import { transfer } from './transfer.ts';
import { unlessAborted } from './unless-aborted.ts';

export { forget, interrupted } from './interrupted.ts';
export { recallAll } from './journal.ts';

/** Parts whose checksums travel with the Create; the contract takes eight. */
const FIRST_PARTS = 8;
/** Times that an upload begins again, or is compared with the store, before it fails. */
const MAX_SETBACKS = 3;
const SETBACK_MS = 1000;
/** The store may take minutes to put a large upload together. */
const COMPLETE_TERMS = 10;
/** Under its id nothing can be finished any more: it begins again under another one. */
const USED_UP = /^(incomplete|not_found|expired|conflict)$/;

/** Never rejects: it ends in a state, or where `signal` is aborted. */
export async function live(engine: Engine, job: Job, signal: AbortSignal): Promise<void> {
  void remember(engine);
  while (!signal.aborted) {
    // What is under way in a round ends with it; what listens to its signal is let go.
    const round = new AbortController();
    try {
      const result = await attempt(engine, job, AbortSignal.any([signal, round.signal])).finally(
        () => round.abort(),
      );
      engine.apply(job, { type: 'done', result });
      // 20,000 of them may stay in the list.
      job.parts = job.token = job.creating = job.rate = undefined;
      return await erase(job.fingerprint);
    } catch (error) {
      const isToGoOn = signal.aborted || (await recovers(engine, job, error, signal));
      // It may have been paused meanwhile.
      if (isToGoOn || signal.aborted) continue;
      return engine.apply(job, { type: 'fail', error: asUploadError(error, job) });
    }
  }
}

/** Aborts it on the store, also while its Create is still under way. */
export async function abandon({ signer }: Engine, job: Job): Promise<void> {
  const { fingerprint } = job;
  // First, and so that nothing notes it again: what was cancelled is not to be offered later.
  job.fingerprint = undefined;
  await erase(fingerprint);
  try {
    await job.creating;
    // A single request that never got its turn has left nothing.
    if (job.isSingle && !job.servedAt && !job.isInDoubt) return;
    if (job.isInDoubt) job.token = (await resume(signer, job)).token;
    if (job.token) await signer.call(...abortion(job));
  } catch {
    // There is nothing to abort, or nobody to ask: what is open expires.
  }
}

function abortion({ id, token }: Job) {
  return [`/uploads/${id}`, { method: 'DELETE', token }] as const;
}

async function attempt(engine: Engine, job: Job, signal: AbortSignal): Promise<Result> {
  const parts = await open(engine, job, signal);
  if (job.result) return job.result;
  await transfer(engine, job, parts, signal);
  // Firefox reads on in a file that was written anew.
  if (job.print && job.print !== (await unlessAborted(fingerprint(engine, job), signal))) {
    throw changed(job);
  }
  engine.apply(job, { type: 'complete' });
  engine.pump();
  return complete(engine, job, parts, signal);
}

async function open(engine: Engine, job: Job, signal: AbortSignal): Promise<Parts> {
  try {
    if (!job.token || job.isInDoubt) {
      const known = unlessAborted(recognise(engine, job), signal);
      // Begun before it is known whether the journal has the file: mostly it has not.
      const checksums = job.creating ? undefined : firstChecksums(engine, job, signal);
      checksums?.catch(() => undefined);
      await known;
      if (job.isInDoubt) await reopen(engine, job, signal);
      else await create(engine, job, checksums, signal);
    }
    return (job.parts ??= new Parts(job.plan));
  } finally {
    engine.preparing.delete(job);
    engine.pump();
  }
}

/** Goes on with an upload of before, from what the store holds. */
async function reopen(engine: Engine, job: Job, signal: AbortSignal): Promise<void> {
  engine.preparing.delete(job);
  engine.pump();
  const answer = await resume(engine.signer, job, signal);
  if (answer.plan.bytes !== job.file.size)
    throw new UploadError('conflict', 'Its size was another.');
  const parts = agree(job, answer);
  parts.hold([...answer.parts, ...job.receipts]);
  job.isInDoubt = false;
  job.isResumed ||= parts.held.size > 0;
  void note(job, parts.receipts);
  engine.changed(job);
}

async function firstChecksums(engine: Engine, job: Job, signal: AbortSignal) {
  const parts = (job.parts ??= new Parts(job.plan));
  // No more than can be sent at once: nothing is sent before they are hashed.
  const length = Math.min(parts.count, FIRST_PARTS, engine.pacer.max);
  const round = { engine, job, parts, signal };
  return Promise.all(Array.from({ length }, (_, index) => checksumOf(round, index + 1)));
}

async function create(
  engine: Engine,
  job: Job,
  firstChecksums: Promise<(string | undefined)[]> | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (firstChecksums) {
    const checksums = await firstChecksums;
    signal.throwIfAborted();
    const { id, file } = job;
    if (!file.size) await assertReadable(job, signal);
    const metadata = engine.options.metadata?.(file);
    const entry = {
      id,
      name: file.name,
      bytes: file.size,
      type: file.type,
      metadata,
      checksums: job.checksum ? checksums : undefined,
    } as FileEntry;
    await note(job);
    const askedAt = now();
    job.creating = engine.creates.add(entry).then((created) => begin(job, created, askedAt));
    job.creating.catch(() => (job.creating = undefined));
  }
  engine.preparing.delete(job);
  engine.pump();
  await unlessAborted(Promise.resolve(job.creating), signal);
}

function begin(job: Job, created: Created, askedAt: Moment): void {
  const { parts, checksum } = job;
  agree(job, created);
  void note(job);
  // Where the policy has not changed since it was read, what was hashed still holds.
  const isAsExpected = checksum === created.checksum && same(parts?.plan, created.plan);
  if (isAsExpected) job.parts = parts;
  // Else they are good for other bytes.
  if (isAsExpected || !created.checksum) {
    job.parts?.sign(created.requests, askedAt, created.expiresIn);
  }
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function agree(job: Job, { token, key, plan, checksum, result, expiresAt }: Created): Parts {
  const parts = new Parts(plan);
  Object.assign(job, { token, key, plan, checksum, result, expiresAt, parts });
  return parts;
}

function complete(engine: Engine, job: Job, parts: Parts, signal: AbortSignal): Promise<Result> {
  const { id, token = '', checksum: algorithm } = job;
  const receipts = [...parts.stored.values()].sort((a, b) => a.number - b.number);
  if (job.isSingle) {
    return unlessAborted(engine.completes.add({ id, token, etag: receipts[0]?.etag }), signal);
  }
  const sums = receipts.map(({ number, checksum = '' }) => ({
    checksum,
    bytes: parts.bytesOf(number),
  }));
  const checksum = algorithm ? combine(algorithm, sums) : undefined;
  const body = {
    parts: engine.policy?.listParts ? undefined : (receipts as CompleteBody['parts']),
    checksum,
  } satisfies CompleteBody;
  return engine.signer
    .call<Result>(`/uploads/${id}/complete`, {
      body,
      token,
      signal,
      has: 'etag',
      terms: COMPLETE_TERMS,
    })
    .then((result) => ({ ...(checksum && { checksum }), ...result }));
}

/** Prepares another round where one can help. */
async function recovers(
  engine: Engine,
  job: Job,
  error: unknown,
  signal: AbortSignal,
): Promise<boolean> {
  if (!isUploadError(error) || job.setbacks >= MAX_SETBACKS) return false;
  const { code } = error;
  job.receipts = [];
  if (code === 'incomplete' && !job.setbacks) {
    if (job.isSingle) job.forget();
    else job.isInDoubt = true;
  } else if (USED_UP.test(code)) {
    void erase(job.fingerprint);
    // The store may hold parts of it all the same; where it does not, nobody minds.
    if (job.token) engine.signer.call(...abortion(job)).catch(() => undefined);
    renew(job);
  } else if (code !== 'invalid_request' || job.token || !(await adapts(engine, job))) return false;
  await engine.naps.take(job.setbacks++ * SETBACK_MS, signal);
  return true;
}

/** Whether what the Worker did not understand was said by a policy of before; then by the new one. */
async function adapts(engine: Engine, job: Job): Promise<boolean> {
  const before = [job.checksum, job.plan];
  await engine.ask(true);
  const { policy } = engine;
  if (!policy) return false;
  try {
    job.plan = planFor(job.file.size, policy.plan);
  } catch {
    return false;
  }
  job.checksum = policy[job.isSingle ? 'singleChecksum' : 'checksum'];
  job.forget();
  return !same(before, [job.checksum, job.plan]);
}

function asUploadError(cause: unknown, job: Job): UploadError {
  const error = fileError(cause, job);
  if (isUploadError(error)) return error;
  const fileName = job.file.name;
  return new UploadError('rejected', `${fileName}: ${String(error)}`, { fileName, cause });
}
