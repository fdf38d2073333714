/** One upload from its first request to its last. */
import {
  partCount,
  type CompleteBody,
  type Created,
  type FileEntry,
  type Result,
} from '../../worker/protocol.ts';
import { now } from './clock.ts';
import { combine } from './checksum/index.ts';
import type { Engine } from './engine.ts';
import { UploadError } from './errors.ts';
import { fileError } from './files.ts';
import { fingerprint } from './fingerprint.ts';
import type { Job } from './job.ts';
import { uuidv7 } from './id.ts';
import { journal } from './journal.ts';
import { claim } from './locks.ts';
import { Parts } from './parts.ts';
import { hashPart } from './stations.ts';

/** Parts whose checksums travel with the Create; the contract takes eight. */
const FIRST_PARTS = 8;
/** Times that an upload begins again, or is compared with the store, before it fails. */
const MAX_SETBACKS = 3;
const SETBACK_MS = 1000;
/** Under its id nothing can be finished any more: it begins again under another one. */
const USED_UP = /^(incomplete|not_found|expired|conflict)$/;

/** Never rejects: it ends in a state, or where `signal` is aborted. */
export async function live(engine: Engine, job: Job, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // What is under way in a round that went wrong ends with it.
    const round = new AbortController();
    try {
      const result = await attempt(engine, job, AbortSignal.any([signal, round.signal]));
      engine.apply(job, { type: 'done', result });
      job.parts = undefined;
      return forgetJournal(job);
    } catch (error) {
      round.abort();
      if (signal.aborted || (await recovers(engine, job, error, signal))) continue;
      return engine.apply(job, { type: 'fail', error: asUploadError(error, job) });
    }
  }
}

async function attempt(engine: Engine, job: Job, signal: AbortSignal): Promise<Result> {
  await open(engine, job, signal);
  if (job.result) return job.result;
  await transfer(engine, job, signal);
  engine.apply(job, { type: 'complete' });
  engine.pump();
  return complete(engine, job, signal);
}

/** Aborts it on the store, also while its Create is still under way. */
export async function abandon(engine: Engine, job: Job): Promise<void> {
  const { signer } = engine;
  try {
    await job.creating;
    if (job.isInDoubt) job.token = (await signer.resume(job.id)).token;
    if (job.token) await signer.abort(job.id, job.token);
    forgetJournal(job);
  } catch {
    // There is nothing to abort, or nobody to ask: what is open expires.
  }
}

async function open(engine: Engine, job: Job, signal: AbortSignal): Promise<void> {
  try {
    if (job.token && !job.isInDoubt) return;
    if (!job.isSingle) await consult(engine, job, signal);
    if (job.isInDoubt) await reopen(engine, job, signal);
    else await create(engine, job, signal);
  } finally {
    engine.preparing.delete(job);
    engine.pump();
  }
}

/** Whether the file is known from an earlier visit. */
async function consult(engine: Engine, job: Job, signal: AbortSignal): Promise<void> {
  if (engine.options.resume === false || job.isConsulted) return;
  const key = await fingerprint(engine.signer.endpoint, job, engine.pool, signal);
  job.wasRead = job.isConsulted = true;
  job.unlock = await claim(key);
  // Another tab is at it: this is an upload of its own, which the journal does not know.
  if (!job.unlock) return;
  job.fingerprint = key;
  const entry = await journal.find(key);
  if (!entry) return;
  engine.rename(job, entry.id);
  job.receipts = entry.parts ?? [];
  job.isInDoubt = true;
}

/** Goes on with an upload of before, from what the store holds. */
async function reopen(engine: Engine, job: Job, signal: AbortSignal): Promise<void> {
  engine.preparing.delete(job);
  engine.pump();
  const answer = await engine.signer.resume(job.id, signal);
  if (answer.plan.bytes !== job.file.size) {
    throw new UploadError('conflict', `${job.file.name} has another size than when it was begun.`);
  }
  agree(job, answer);
  const parts = (job.parts = new Parts(answer.plan));
  parts.hold([...answer.parts, ...job.receipts]);
  job.isInDoubt = false;
  job.isResumed ||= parts.held.size + parts.stored.size > 0;
  engine.changed(job);
}

async function create(engine: Engine, job: Job, signal: AbortSignal): Promise<void> {
  if (!job.creating) {
    const parts = (job.parts ??= new Parts(job.plan ?? { kind: 'single', bytes: job.file.size }));
    const first = Math.min(partCount(parts.plan), FIRST_PARTS);
    const numbers = Array.from({ length: first }, (_, index) => index + 1);
    const checksums = await Promise.all(
      numbers.map((n) => parts.known.get(n) ?? hashPart(engine, job, parts, n, signal)),
    );
    signal.throwIfAborted();
    const { id, file } = job;
    const metadata = engine.options.metadata?.(file);
    const entry: FileEntry = {
      id,
      name: file.name,
      bytes: file.size,
      type: file.type,
      ...(metadata && { metadata }),
      ...(job.checksum && { checksums: checksums.filter((checksum) => checksum !== undefined) }),
    };
    if (job.fingerprint) await journal.save(job.fingerprint, { id });
    const askedAt = now();
    job.creating = engine.creates.add(entry).then(
      (created) => begin(job, parts, created, askedAt),
      (error: unknown) => {
        job.creating = undefined;
        throw error;
      },
    );
  }
  engine.preparing.delete(job);
  engine.pump();
  await unlessAborted(job.creating, signal);
}

function begin(job: Job, parts: Parts, created: Created, askedAt: ReturnType<typeof now>): void {
  const isAsPlanned =
    created.checksum === job.checksum &&
    JSON.stringify(created.plan) === JSON.stringify(parts.plan);
  agree(job, created);
  // The policy changed since it was read: what was hashed was cut otherwise.
  if (!isAsPlanned) job.parts = new Parts(created.plan);
  else parts.sign(created.requests, askedAt, created.expiresIn);
}

function agree(job: Job, { token, key, plan, checksum, result }: Created): void {
  Object.assign(job, { token, key, plan, checksum, result });
}

/** Settles when no part is missing any more. */
async function transfer(engine: Engine, job: Job, signal: AbortSignal): Promise<void> {
  if (job.parts?.isComplete) return;
  const stored = new Promise<void>((resolve, reject) => {
    job.finish = resolve;
    job.fail = reject;
  });
  engine.sending.set(job, signal);
  engine.pump();
  try {
    await unlessAborted(stored, signal);
  } finally {
    engine.sending.delete(job);
  }
}

async function complete(engine: Engine, job: Job, signal: AbortSignal): Promise<Result> {
  const { id, parts, token, checksum: algorithm } = job;
  if (!parts || !token) throw new Error('There is nothing to complete.');
  const receipts = [...parts.stored.values()].sort((a, b) => a.number - b.number);
  const [{ etag } = {}] = receipts;
  if (job.isSingle) {
    return unlessAborted(engine.completes.add({ id, token, ...(etag && { etag }) }), signal);
  }
  const sums = receipts.map(({ number, checksum = '' }) => ({
    checksum,
    bytes: parts.bytesOf(number),
  }));
  const whole = algorithm && combine(algorithm, sums);
  const body: CompleteBody = {
    ...(!engine.policy?.listParts && { parts: receipts as CompleteBody['parts'] }),
    ...(whole && { checksum: whole }),
  };
  const result = await engine.signer.complete(id, token, body, signal);
  return whole ? { checksum: whole, ...result } : result;
}

/** Prepares another round where one can help. */
async function recovers(
  engine: Engine,
  job: Job,
  error: unknown,
  signal: AbortSignal,
): Promise<boolean> {
  if (!(error instanceof UploadError) || job.setbacks >= MAX_SETBACKS) return false;
  const { code } = error;
  if (code === 'incomplete' && !job.setbacks) {
    job.receipts = [];
    if (job.isSingle) job.forget();
    else job.isInDoubt = true;
  } else if (USED_UP.test(code)) {
    forgetJournal(job);
    // The store may hold parts of it all the same; where it does not, nobody minds.
    const { id, token } = job;
    if (token) engine.signer.abort(id, token).catch(() => undefined);
    job.forget();
    engine.rename(job, uuidv7());
  } else if (job.phase !== 'completing' || !error.retryable) return false;
  await engine.naps.take(job.setbacks++ * SETBACK_MS, signal);
  return true;
}

function forgetJournal(job: Job): void {
  job.receipts = [];
  if (job.fingerprint) void journal.forget(job.fingerprint);
}

function asUploadError(cause: unknown, job: Job): UploadError {
  const error = fileError(cause, job);
  if (error instanceof UploadError) return error;
  const fileName = job.file.name;
  return new UploadError('rejected', `${fileName}: ${String(error)}`, { fileName, cause: error });
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', reject);
    promise.then(resolve, reject);
  });
}
