import type { SignedRequest } from '../../../worker/protocol.ts';
import { ageMs, type Moment } from '../util/clock.ts';

/** A signed request, and how long its signature is valid. */
export interface SignedPart {
  readonly request: SignedRequest;
  readonly signedAt: Moment;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Share of a signature's lifetime that is used: the request still has to reach the store. */
const USABLE = 0.9;
/** Signatures are dated in whole seconds, so up to one second has passed when they are made. */
const DATED_MS = 1000;
/** Share that is always used, even of a signature that is valid for a few seconds only. */
const LEAST_USABLE = 0.7;

/** True if the request can still be sent. */
export function isFresh(part: SignedPart | undefined): part is SignedPart {
  if (!part) return false;
  const validMs = part.expiresIn * 1000;
  return ageMs(part.signedAt) < Math.max(validMs * USABLE - DATED_MS, validMs * LEAST_USABLE);
}
