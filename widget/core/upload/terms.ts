/** How a file is cut and checked: expected from the policy first, agreed with the Worker later. */
import type { ChecksumAlgorithm, Created, Plan, Result } from '../../../worker/protocol.ts';
import { isSameJson } from '../util/same.ts';

export interface Terms {
  readonly plan: Plan;
  /** Algorithm of the checksum that each part is sent with; null: none. */
  readonly checksum: ChecksumAlgorithm | null;
}

/** What the Worker has agreed to. It stays valid when the policy changes. */
export interface Agreement extends Terms {
  readonly token: string;
  readonly key: string;
  /** When the Worker ends the upload, ISO 8601. */
  readonly expiresAt: string;
  /** When the store drops it, in Unix seconds; null: never, as far as the Worker knows. */
  readonly storeExpiresAt?: number | null;
  /** Present if the upload was complete already, and only the answer had been lost. */
  readonly result?: Result | undefined;
}

export function isSameTerms(a: Terms, b: Terms): boolean {
  return a.checksum === b.checksum && isSameJson(a.plan, b.plan);
}

export function agreementOf(created: Created): Agreement {
  const { token, key, plan, checksum, expiresAt, storeExpiresAt, result } = created;
  return Object.freeze({ token, key, plan, checksum, expiresAt, storeExpiresAt, result });
}
