/** Uploads whose signer has a clock of the test's; what is signed for the store stays in the store's time. */
import assert from 'node:assert/strict';
import type { Created, PartReceipt, SignAnswer } from '../../worker/protocol.ts';
import type { Bend } from './bend.ts';
import { sliceOf, sumOf, type Client, type Lab } from './harness.ts';
import { send } from './s3/uploads.ts';

export const HOUR_MS = 3_600_000;
/** `UPLOAD_TTL` as it is by default. */
export const LIFE_HOURS = 36;

/** A caller whose own token outlives the longest upload here. */
export const lasting = (lab: Lab, sub: string, claims: object = {}): Promise<Client> =>
  lab.as(sub, { exp: Math.floor(Date.now() / 1000) + 30 * 86_400, ...claims });

/** From now on it is so many hours after the test began, for the signer. */
export const at = (lab: Lab, hours: number, more: Bend = {}): Promise<void> =>
  lab.bend({ clockMs: hours * HOUR_MS, ...more });

/** What a page does: it signs and sends the parts, and keeps the token that comes along. */
export async function sendOn(
  client: Client,
  upload: Created,
  body: Uint8Array,
  numbers: readonly number[],
  stored: readonly PartReceipt[] = [],
): Promise<{ upload: Created; receipts: PartReceipt[] }> {
  const more = stored.length > 0 ? { stored } : {};
  const { body: answer, status, problem } = await client.sign(upload, body, numbers, more);
  assert.equal(status, 200, problem.detail);
  const { token = upload.token, expiresAt = upload.expiresAt } = answer as SignAnswer;
  const receipts: PartReceipt[] = [];
  for (const request of answer.requests) {
    const response = await send(request, sliceOf(upload, body, request.number));
    assert.equal(response.status, 200, await response.text());
    const etag = response.headers.get('etag') ?? '';
    receipts.push({ number: request.number, etag, ...sumOf(upload, body, request.number) });
  }
  return { upload: { ...upload, token, expiresAt }, receipts };
}
