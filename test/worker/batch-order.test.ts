/** Which files of a batch have to be sent again, where one request cannot serve all of them. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { isRefused, type CreateAnswer } from '../../worker/protocol.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import type { SignerOptions } from '../../worker/signer.ts';
import { apps } from './apps.ts';
import { startSink, type Sink } from './counts/sink.ts';
import { MIB } from './harness.ts';

describe('a batch of more files than one request can serve', () => {
  let sink: Sink;
  before(async () => {
    sink = await startSink(PROFILES.minio);
  });
  after(() => sink.stop());

  const filesOf = (count: number, bytes: number, checksums?: (index: number) => object) =>
    Array.from({ length: count }, (_, index) => ({
      id: randomUUID(),
      name: `${index}.bin`,
      bytes,
      type: '',
      ...checksums?.(index),
    }));
  /** The indexes of the files that have to be sent again. */
  async function refusedOf(files: readonly object[], more: Partial<SignerOptions>) {
    const { client } = apps(() => sink.running, `batch/${randomUUID()}/`)({}, more);
    const { body } = await client.post<CreateAnswer>('/uploads', { files });
    return body.uploads.flatMap((slot, index) => {
      if (!isRefused(slot)) return [];
      assert.equal(slot.problem.code, 'rate_limited');
      return [index];
    });
  }

  it('begins the first of them, whichever the policy allows first', async () => {
    const files = filesOf(45, 11 * MIB);
    const waiting: (() => void)[] = [];
    const policy: SignerOptions['policy'] = () =>
      new Promise((resolve) => {
        waiting.push(() => resolve(undefined));
        // The last one is answered first.
        if (waiting.length === files.length) for (const next of waiting.reverse()) next();
      });
    assert.deepEqual(await refusedOf(files, { policy }), [40, 41, 42, 43, 44]);
  });

  it('begins as many as it can where the same files may be stored already', async () => {
    const sum = (index: number) => ({
      checksum: { algorithm: 'crc64nvme', value: Buffer.alloc(8, index).toString('base64') },
    });
    const refused = await refusedOf(filesOf(40, 11 * MIB, sum), {
      keyTemplate: '{prefix}{owner}/{checksum}',
      checksum: 'crc64nvme',
    });
    assert.deepEqual(
      refused,
      Array.from({ length: 20 }, (_, index) => 20 + index),
    );
  });
});
