/** What tests of whole checksums do again and again, as a page or another client does it. */
import assert from 'node:assert/strict';
import type {
  Created,
  PartReceipt,
  Policy,
  Result,
  Verifying,
  WholeAlgorithm,
} from '../../worker/protocol.ts';
import { sumOf, type Answer, type Client } from './harness.ts';
import { quickSum } from './quick-sums.ts';
import { MIB } from './s3/uploads.ts';

export const rightOf = (algorithm: WholeAlgorithm, body: Uint8Array) => ({
  algorithm,
  value: quickSum(algorithm, body),
});
/** Of other bytes: as long as a right one. */
export const wrongOf = (algorithm: WholeAlgorithm) => rightOf(algorithm, new Uint8Array(3));

/** An upload whose bytes are stored. */
export interface Begun {
  readonly upload: Created;
  readonly parts: PartReceipt[];
}

/** Creates and sends; a file of one request with its checksum in Create, as a page does it. */
export async function begin(client: Client, body: Uint8Array, more: object = {}): Promise<Begun> {
  const { body: policy } = await client.get<Policy>('/policy');
  const plan = { kind: 'single', bytes: body.length } as const;
  const sum = sumOf({ checksum: policy.singleChecksum, plan }, body).checksum;
  const checksums = body.length < 5 * MIB && sum !== undefined ? { checksums: [sum] } : {};
  const upload = await client.create({ bytes: body.length, ...checksums, ...more });
  return { upload, parts: await client.sendParts(upload, body) };
}

/** Asks until the answer is no longer that the checksum is being verified. */
export async function finish(client: Client, { upload, parts }: Begun, checksum?: unknown) {
  const states: Verifying[] = [];
  for (;;) {
    const answer = await client.complete<Result & Verifying>(upload, { parts, checksum });
    if (answer.status !== 202) return { answer: answer as Answer<Result>, states };
    states.push(answer.body);
    assert.equal(answer.headers.get('retry-after'), String(answer.body.retryAfter));
    assert.ok(states.length < 20, 'the Worker comes to an end');
  }
}
