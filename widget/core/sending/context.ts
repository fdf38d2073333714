/** What is handed down while uploads are sent: from all of them, to one round, to one request. */
import type {
  CompleteManyBody,
  Created,
  FileEntry,
  Result,
  ResumeAnswer,
  Verifying,
} from '../../../worker/protocol.ts';
import { Batch } from '../api/batch.ts';
import { completeUploads, createUploads } from '../api/calls.ts';
import { patienceMs } from '../options.ts';
import type { Reports } from '../api/report.ts';
import type { Hasher } from '../checksum/hasher.ts';
import type { Claims } from '../journal/claims.ts';
import type { Elsewhere } from '../journal/elsewhere.ts';
import type { WaitingUploads } from '../journal/waiting.ts';
import type { Services } from '../services.ts';
import type { Preconnect } from '../store/preconnect.ts';
import type { Concurrency, Share } from '../throughput/concurrency.ts';
import type { ExpectedSpeed } from '../throughput/expected-speed.ts';
import type { Flight, Parts } from '../upload/parts.ts';
import type { SignedPart } from '../upload/signed-part.ts';
import type { Upload } from '../upload/upload.ts';
import type { Line } from '../util/at-most.ts';
import type { Route } from './route.ts';

/** What the uploads share while they are sent, beside the services. */
export interface SendingContext {
  readonly services: Services;
  readonly calls: SharedCalls;
  readonly concurrency: Concurrency;
  readonly hasher: Hasher;
  readonly claims: Claims;
  readonly elsewhere: Elsewhere;
  readonly waiting: WaitingUploads;
  /** Runs the page's transforms, for a few files at a time. */
  readonly transformLine: Line;
  /** The way that parts take: to the store, or through the Worker. */
  readonly route: Route;
  readonly reports: Reports;
  readonly preconnect: Preconnect;
  readonly expectedSpeed: ExpectedSpeed;
  readonly signingTime: SigningTime;
}

/** How long a signing call takes, in milliseconds, smoothed. */
export class SigningTime {
  ms = 200;

  observe(ms: number): void {
    this.ms += (ms - this.ms) / 4;
  }
}

export interface WantedPart {
  readonly number: number;
  readonly checksum?: string | undefined;
}

/** One attempt at sending the parts that an upload lacks. */
export interface PartsRound {
  readonly upload: Upload;
  readonly parts: Parts;
  readonly context: SendingContext;
  readonly signatures: Batch<WantedPart, SignedPart>;
  readonly share: Share;
  readonly signal: AbortSignal;
  /** Set while the Worker is asked what the store holds; all parts share the answer. */
  asking?: Promise<ResumeAnswer> | undefined;
}

/** One request for a part. Without `signed` it goes through the Worker. */
export interface PartAttempt extends WantedPart {
  readonly signed: SignedPart | undefined;
  readonly url: string;
  readonly flight: Flight;
  /** Requests for this part that have stalled. */
  readonly stalls: number;
  /** When the request was sent, in the page's time. */
  readonly startedMs: number;
}

/** Creates of all files, and Completes of files that go in one request: many share one call. */
export interface SharedCalls {
  readonly creates: Batch<FileEntry, Created>;
  readonly completes: Batch<CompleteManyBody['uploads'][number], Result | Verifying>;
}

/** Longest time that a Create waits for others to share its request. */
const CREATE_WAIT_MS = 1000;
/** The same while the line is idle: to send early is worth another call. */
const IDLE_CREATE_WAIT_MS = 400;
const COMPLETE_WAIT_MS = 4000;

/** `limit`: requests to the store that may be in flight. */
export function shareCalls(services: Services, limit: () => number): SharedCalls {
  const { worker } = services;
  const patience = () => patienceMs(services.options, true);
  const creates: SharedCalls['creates'] = new Batch(
    (files) => createUploads(worker, files),
    () => Math.min(services.policy?.batch.create ?? 1, services.policy?.maxFiles ?? Infinity),
    patience,
    () => (isIdle() ? IDLE_CREATE_WAIT_MS : CREATE_WAIT_MS),
  );
  const completes: SharedCalls['completes'] = new Batch(
    (uploads, signal) => completeUploads(worker, uploads, signal),
    () => services.policy?.batch.complete ?? 1,
    patience,
    () => COMPLETE_WAIT_MS,
  );
  // Those whose files cannot be read at present are not waited for.
  const running = () => [...services.running()].filter(({ state }) => state.hungReads === 0);
  const isIdle = () => !creates.isSending && running().every(({ parts }) => !parts?.flights.size);
  // A batch is sent as soon as no other upload is about to join it.
  services.onTurn(() => {
    const claiming = running().filter(({ phase }) => phase === 'claiming');
    // Large files, which take longer to hash, are not waited for if small ones keep the line busy.
    const isEnough = creates.waiting >= limit() && isIdle();
    if (!claiming.some(({ isSingle }) => isSingle || !isEnough)) creates.flush();
    // Nor are those whose files have yet to be made.
    const others = running().filter(({ phase }) => phase !== 'transforming');
    if (!others.some((upload) => upload.isSingle && upload.phase !== 'completing'))
      completes.flush();
  });
  return { creates, completes };
}
