/** Checksums that the store checks: of each part, and of the whole. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checksumHeader, isPayloadHash } from '../../../worker/s3/checksums.ts';
import { isStoreError, type StoreErrorKind } from '../../../worker/s3/requests/errors.ts';
import { onEveryStore } from './stores.ts';
import { checksumOf } from './sums.ts';
import {
  allChecksums,
  PART,
  random,
  receiptOf,
  send,
  attributesWith,
  uploadParts,
} from './uploads.ts';

const kind =
  (...kinds: StoreErrorKind[]) =>
  (thrown: unknown): boolean =>
    kinds.some((one) => isStoreError(thrown, one));

for (const algorithm of allChecksums) {
  onEveryStore(
    `${algorithm} of parts`,
    ({ checksums, payloadSha256 }) =>
      checksums[0] === 'md5'
        ? algorithm === 'md5' || (algorithm === 'sha256' && payloadSha256)
        : checksums.includes(algorithm),
    (running) => {
      it('case 69: is checked by the store, bound into the URL, and found in what it lists', async () => {
        const { store, key: newKey } = running();
        const key = newKey();
        const attributes = attributesWith({ checksum: algorithm });
        const { uploadId } = await store.createMultipart(key, attributes);
        const signer = await store.presignParts({ key, uploadId, algorithm, expiresIn: 60 });
        const body = random(1000);
        const checksum = checksumOf(algorithm, body);
        const request = await signer.sign(1, 1000, checksum);

        const flipped = body.slice();
        flipped[345] = (flipped[345] ?? 0) ^ 1;
        assert.equal((await send(request, flipped)).status, 400);
        const wrong = checksumHeader(algorithm, checksumOf(algorithm, flipped), store.profile);
        const other = { ...request, headers: { ...request.headers, ...wrong } };
        assert.equal((await send(other, flipped)).status, 403);
        assert.ok((await send({ ...request, headers: {} }, body)).status >= 400);

        const response = await send(request, body);
        assert.equal(response.status, 200);
        if (store.profile.listParts) {
          const [part] = await store.listParts(key, uploadId);
          const isListed = algorithm !== 'md5' && !isPayloadHash(algorithm, store.profile);
          assert.equal(part?.checksum, isListed ? checksum : undefined);
        }
        const parts = [receiptOf(1, response, checksum)];
        await store.completeMultipart(key, uploadId, { parts, bytes: 1000, algorithm });
        assert.equal((await store.head(key))?.bytes, 1000);
      });
    },
  );

  onEveryStore(
    `${algorithm} of the whole object`,
    (profile) => profile.fullObjectChecksums.includes(algorithm),
    (running) => {
      it('is checked at Complete and given back by HEAD', async () => {
        const { store, key: newKey } = running();
        const key = newKey();
        const bodies = [random(PART), random(100)];
        const attributes = attributesWith({ checksum: algorithm });
        const {
          uploadId,
          receipts: parts,
          bytes,
        } = await uploadParts(running(), key, bodies, attributes);
        const request = { parts, bytes, algorithm };
        const wrong = checksumOf(algorithm, random(10));
        await assert.rejects(
          store.completeMultipart(key, uploadId, { ...request, checksum: wrong }),
          kind('checksum_mismatch', 'invalid_part', 'rejected'),
        );
        const checksum = checksumOf(algorithm, Buffer.concat(bodies));
        const completed = await store.completeMultipart(key, uploadId, { ...request, checksum });
        assert.equal(completed.checksum ?? checksum, checksum);
        assert.equal((await store.head(key))?.checksums[algorithm], checksum);
      });
    },
  );
}
