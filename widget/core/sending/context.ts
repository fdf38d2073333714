/** What is handed down while uploads are sent: from all of them, to one round, to one request. */
import type { ResumeAnswer } from '../../../worker/protocol.ts';
import type { Batch } from '../api/batch.ts';
import type { Hasher } from '../checksum/hasher.ts';
import type { Claims } from '../journal/claims.ts';
import type { WaitingUploads } from '../journal/waiting.ts';
import type { Services } from '../services.ts';
import type { Concurrency, Share } from '../throughput/concurrency.ts';
import type { ExpectedSpeed } from '../throughput/expected-speed.ts';
import type { Flight, Parts } from '../upload/parts.ts';
import type { SignedPart } from '../upload/signed-part.ts';
import type { Upload } from '../upload/upload.ts';
import type { Route } from './route.ts';
import type { SharedCalls } from './shared-calls.ts';

/** What the uploads share while they are sent, beside the services. */
export interface SendingContext {
  readonly services: Services;
  readonly calls: SharedCalls;
  readonly concurrency: Concurrency;
  readonly hasher: Hasher;
  readonly claims: Claims;
  readonly waiting: WaitingUploads;
  /** The way that parts take: to the store, or through the Worker. */
  readonly route: Route;
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
  readonly flight: Flight;
  /** Requests for this part that have stalled. */
  readonly stalls: number;
}
