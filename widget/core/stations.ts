/** What happens to a part before it is sent: hash, then sign; each with its own look-ahead. */
import type { ChecksumAlgorithm, StoredPart } from '../../worker/protocol.ts';
import { now } from './clock.ts';
import type { Engine } from './engine.ts';
import { changed, fileError } from './files.ts';
import type { Job } from './job.ts';
import type { Parts } from './parts.ts';

/** Asked of the pool at once for one file; it has at most four workers. */
const HASHES = 4;
/** Hashed ahead of the line, so that at 50 MB/s 10 GiB take three signing calls. */
const AHEAD_SECONDS = 120;
const LEAST_AHEAD_PARTS = 16;

/** Keeps enough parts hashed for the next signing call, and compares what the store held before. */
export function hashAhead(engine: Engine, job: Job, signal: AbortSignal): void {
  const { parts } = job;
  if (!parts) return;
  const { hashing, hashed, signed, held } = parts;
  const horizon = Math.min(
    Math.max((engine.bytesPerSecond * AHEAD_SECONDS) / parts.bytesOf(1) || 0, LEAST_AHEAD_PARTS),
    engine.policy?.batch.sign ?? 0,
  );
  const hash = (number: number) => {
    hashPart(engine, job, parts, number, signal).then(
      () => {
        engine.pump();
        if (parts.isComplete) job.finish();
      },
      (error: unknown) => job.fail(error),
    );
  };
  while (hashing.size < HASHES && hashing.size + hashed.size + signed.size < horizon) {
    const number = parts.todo.at(-1);
    if (number === undefined) break;
    hash(number);
  }
  for (const number of held.keys()) {
    if (parts.todo.length || hashing.size >= HASHES) break;
    if (!hashing.has(number)) hash(number);
  }
}

/**
 * Takes one part out of `todo`, or one that the store held before, and hashes it.
 *
 * @throws UploadError where the file cannot be read, or is not what it was.
 */
export async function hashPart(
  engine: Engine,
  job: Job,
  parts: Parts,
  number: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const at = parts.todo.lastIndexOf(number);
  if (at >= 0) parts.todo.splice(at, 1);
  parts.hashing.add(number);
  try {
    const { checksum: algorithm, file } = job;
    const checksum = algorithm
      ? await engine.pool.hash(parts.slice(file, number), algorithm, signal)
      : undefined;
    if (checksum) compare(job, parts, number, checksum);
    else parts.hashed.set(number, checksum);
    return checksum;
  } catch (error) {
    if (at >= 0) parts.todo.push(number);
    throw fileError(error, job);
  } finally {
    parts.hashing.delete(number);
  }
}

function compare(job: Job, parts: Parts, number: number, checksum: string): void {
  job.wasRead = true;
  const before = parts.known.get(number);
  if (before && before !== checksum) throw changed(job);
  parts.known.set(number, checksum);
  const held = parts.held.get(number);
  parts.held.delete(number);
  if (held && isSame(held, job.checksum, checksum)) parts.store(number, held.etag, checksum);
  else parts.hashed.set(number, checksum);
}

/** Stores with MD5 ETags list no other checksum. */
function isSame(held: StoredPart, algorithm: ChecksumAlgorithm | null, checksum: string): boolean {
  if (held.checksum) return held.checksum === checksum;
  const md5 = algorithm === 'md5' && /^"?([0-9a-f]{32})"?$/.exec(held.etag)?.[1];
  if (!md5) return true;
  const bytes = [...atob(checksum)].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0'));
  return md5 === bytes.join('');
}

/** Has the next batch signed shortly before the last URL is used, and not sooner. */
export function signAhead(engine: Engine, job: Job, signal: AbortSignal): void {
  const { parts, token } = job;
  if (!parts || !token || parts.isSigning || !isUrgent(engine, parts)) return;
  void sign(engine, job, parts, token, signal);
}

function isUrgent({ pacer, bytesPerSecond, signer }: Engine, parts: Parts): boolean {
  const { hashed, signed, flying, todo, hashing, plan } = parts;
  if (!hashed.size) return false;
  const isMoreComing = todo.length + hashing.size > 0 && flying.size > 0;
  if (isMoreComing && hashed.size < pacer.limit / 2) return false;
  if (!signed.size && (pacer.hasRoom || !flying.size)) return true;
  if (!bytesPerSecond || plan.kind === 'single') return false;
  const bytesPerMs = bytesPerSecond / 1000;
  let nextFreeMs = Infinity;
  for (const { sent } of flying.values()) {
    nextFreeMs = Math.min(nextFreeMs, ((plan.partBytes - sent) * flying.size) / bytesPerMs);
  }
  const spare = Math.max(0, signed.size - pacer.limit);
  const runwayMs = nextFreeMs + (spare * plan.partBytes) / bytesPerMs;
  return runwayMs < 2 * signer.roundTripMs + SLACK_MS;
}

/** The engine may look this late. */
const SLACK_MS = 300;

async function sign(
  engine: Engine,
  job: Job,
  parts: Parts,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  const { policy, signer } = engine;
  const batch = [...parts.hashed].slice(0, policy?.batch.sign);
  const stored = parts.unreported;
  parts.unreported = [];
  parts.isSigning = true;
  const signedAt = now();
  try {
    const answer = await signer.sign(
      job.id,
      token,
      {
        parts: batch.map(([number, checksum]) => (checksum ? { number, checksum } : { number })),
        ...(stored.length && { stored }),
      },
      signal,
    );
    parts.sign(answer.requests, signedAt, answer.expiresIn);
  } catch (error) {
    parts.unreported.unshift(...stored);
    job.fail(error);
  } finally {
    parts.isSigning = false;
    engine.pump();
  }
}
