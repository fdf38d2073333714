/** The checksum of a whole file: verified by what the store knows or by reading it, or refused. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { Created, UploadStatusAnswer, WholeAlgorithm } from '../../worker/protocol.ts';
import { isRefused } from '../../worker/protocol.ts';
import { WHOLE_ALGORITHMS } from '../../worker/protocol/checksum.ts';
import { createStore } from '../../worker/s3/store.ts';
import { apps } from './apps.ts';
import { S3, uppy } from './companion/client.ts';
import { onEveryStore } from './s3/stores.ts';
import { download, MIB, random } from './s3/uploads.ts';
import { begin, finish, rightOf, wrongOf } from './whole.ts';

const LARGE = random(6 * MIB + 77);
const SMALL = random(100_001);
/** A large file is read in several steps. */
const VERIFY = { maxBytes: 8 * MIB, stepBytes: 2 * MIB };

onEveryStore(
  'the checksum of a whole file',
  () => true,
  (running) => {
    const mount = apps(running, `whole-tests/${randomUUID()}/`);

    /** Whether the store or the parts prove it, so that nothing is read. */
    const isProven = (upload: Created, algorithm: WholeAlgorithm) => {
      const { fullObjectChecksums, md5ETags } = running().config.profile;
      const own = upload.checksum === algorithm;
      if (upload.plan.kind === 'single') return own || (algorithm === 'md5' && md5ETags);
      return own && fullObjectChecksums.some((one) => one === algorithm);
    };

    for (const algorithm of WHOLE_ALGORITHMS) {
      for (const [kind, body] of [
        ['of several parts', LARGE],
        ['of one request', SMALL],
      ] as const) {
        it(`is verified by its ${algorithm} for a file ${kind}`, async () => {
          const { client } = mount({}, { verify: VERIFY });
          const begun = await begin(client, body);
          const right = rightOf(algorithm, body);
          const { answer, states } = await finish(client, begun, right);
          assert.equal(answer.status, 200, JSON.stringify(answer.body));
          assert.equal(answer.body.checksum, right.value);
          assert.equal(answer.body.checksumAlgorithm, algorithm);
          const proven = isProven(begun.upload, algorithm);
          assert.equal(answer.body.verifiedBy, proven ? 'store' : 'worker');
          const read = proven ? 0 : Math.ceil(body.length / VERIFY.stepBytes) - 1;
          assert.deepEqual(
            states.map(({ verifiedBytes }) => verifiedBytes),
            Array.from({ length: read }, (_, index) => (index + 1) * VERIFY.stepBytes),
          );
          const again = await client.complete(begun.upload, {
            parts: begun.parts,
            checksum: right,
          });
          assert.deepEqual(again.body, answer.body, 'and the same is said again');
          assert.deepEqual(await download(running(), begun.upload.key), body);
        });

        it(`is refused if its ${algorithm} is wrong for a file ${kind}`, async () => {
          const { client } = mount({}, { verify: VERIFY });
          const begun = await begin(client, body);
          const { answer } = await finish(client, begun, wrongOf(algorithm));
          assert.equal(answer.status, 422, JSON.stringify(answer.body));
          assert.equal(answer.problem.code, 'checksum_mismatch');
          const head = () => running().store.head(begun.upload.key);
          if (isProven(begun.upload, algorithm) && begun.upload.requests[0]?.fields === undefined) {
            assert.equal(await head(), undefined, 'before anything is made of the parts');
            const { answer: second } = await finish(client, begun, rightOf(algorithm, body));
            assert.equal(second.status, 200, JSON.stringify(second.body));
            assert.deepEqual(await download(running(), begun.upload.key), body);
          } else {
            assert.equal(await head(), undefined, 'and what was stored is removed');
            const again = await client.complete(begun.upload, {
              parts: begun.parts,
              checksum: rightOf(algorithm, body),
            });
            assert.equal(again.status, 422, 'for good');
            const { body: status } = await client.get<UploadStatusAnswer>(
              `/uploads/${begun.upload.id}`,
            );
            assert.equal(status.state, 'aborted');
            assert.equal(status.result, undefined);
          }
        });

        it(`is refused at Create by ${algorithm} for a file ${kind} if it could not be verified`, async () => {
          const verify = { ...VERIFY, maxBytes: body.length - 1 };
          const { client } = mount({}, { verify });
          const begun = await begin(client, body);
          const announced = { checksum: rightOf(algorithm, body) };
          const slot = await client.tryCreate({ bytes: body.length, ...announced });
          const { answer } = await finish(client, begun, announced.checksum);
          if (isProven(begun.upload, algorithm)) {
            assert.equal(answer.status, 200, JSON.stringify(answer.body));
            return;
          }
          assert.ok(isRefused(slot));
          assert.equal(slot.problem.code, 'invalid_request');
          assert.equal(slot.problem.field, 'files[0].checksum');
          assert.match(
            slot.problem.detail,
            new RegExp(`${verify.maxBytes} bytes .VERIFY_MAX_BYTES`),
          );
          assert.equal(answer.status, 400, JSON.stringify(answer.body));
          assert.equal(answer.problem.field, 'checksum');
          // Nothing is half done.
          const plain = await client.complete(begun.upload, { parts: begun.parts });
          assert.equal(plain.status, 200, JSON.stringify(plain.body));
          assert.deepEqual(await download(running(), begun.upload.key), body);
        });
      }
    }
  },
);

onEveryStore(
  'a file whose parts are listed with their CRCs, on a store that compares none of the whole',
  ({ listParts, fullObjectChecksums }) => listParts && fullObjectChecksums.includes('crc32c'),
  (running) => {
    // As Garage is.
    const store = () => {
      const { config } = running();
      const likeGarage = { ...config.profile, fullObjectChecksums: [] };
      return createStore({ ...config, profile: likeGarage });
    };
    const mount = apps(running, `whole-tests/${randomUUID()}/`);

    for (const algorithm of ['crc32c', 'crc64nvme'] as const) {
      it(`is verified by the ${algorithm} that they combine into, before it is completed`, async () => {
        const verify = { ...VERIFY, maxBytes: 0 };
        const { client } = mount({}, { store: store(), checksum: algorithm, verify });
        const begun = await begin(client, LARGE);
        const { answer: refused } = await finish(client, begun, wrongOf(algorithm));
        assert.equal(refused.problem.code, 'checksum_mismatch', JSON.stringify(refused.body));
        assert.equal(await running().store.head(begun.upload.key), undefined);
        const { answer } = await finish(client, begun, rightOf(algorithm, LARGE).value);
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        assert.equal(answer.body.checksum, rightOf(algorithm, LARGE).value);
        assert.equal(answer.body.checksumAlgorithm, algorithm);
        assert.equal(answer.body.verifiedBy, 'worker');
        assert.deepEqual(await download(running(), begun.upload.key), LARGE);
      });
    }
  },
);

onEveryStore(
  'the checksum of a file of one part',
  () => true,
  (running) => {
    const mount = apps(running, `whole-tests/${randomUUID()}/`);
    const body = random(2 * MIB);

    it('is compared with that of its part, if the store lists or checks that', async () => {
      const verify = { ...VERIFY, maxBytes: 0 };
      const { client } = mount({}, { verify, checksum: 'md5', forms: 'off' });
      for (const announced of [true, false]) {
        const right = rightOf('md5', body);
        const begun = await begin(client, body, announced ? { checksum: right } : {});
        const refused = await client.complete(begun.upload, {
          parts: begun.parts,
          checksum: wrongOf('md5'),
        });
        assert.equal(refused.problem.code, 'checksum_mismatch', JSON.stringify(refused.body));
        assert.equal(await running().store.head(begun.upload.key), undefined);
        const { answer } = await finish(client, begun, announced ? undefined : right);
        assert.equal(answer.body.checksum, right.value, JSON.stringify(answer.body));
        assert.equal(answer.body.verifiedBy, 'store');
      }
      const sum = { checksums: [rightOf('md5', body).value] };
      const slot = await client.tryCreate({ bytes: body.length, ...sum, checksum: wrongOf('md5') });
      assert.ok(isRefused(slot));
      assert.equal(slot.problem.code, 'checksum_mismatch');
      assert.equal(slot.problem.field, 'files[0].checksum');
    });
  },
);

onEveryStore(
  'the checksum of a whole file by Companion’s contract',
  () => true,
  (running) => {
    const mount = apps(running, `whole-tests/${randomUUID()}/`);
    const send = async (verify: object) => {
      const rules = { prefix: `whole-tests/${randomUUID()}/`, maxBytes: 8 * MIB };
      const { client } = mount({}, { verify, rules, companion: true });
      const { body: upload } = await uppy(client).create({ filename: 'a.bin', type: '' });
      const parts = [
        await uppy(client).send(upload, 1, LARGE.subarray(0, 5 * MIB)),
        await uppy(client).send(upload, 2, LARGE.subarray(5 * MIB)),
      ];
      const path = `${S3}/multipart/${encodeURIComponent(upload.uploadId)}/complete`;
      const query = new URLSearchParams({ key: upload.key });
      const complete = (checksum?: unknown) =>
        client.post<{ key?: string }>(`${path}?${query}`, { parts, checksum });
      return { complete, head: () => running().store.head(upload.key), key: upload.key };
    };

    it('is verified if it is given', async () => {
      const { complete, key } = await send({ ...VERIFY, stepBytes: 4 * MIB });
      const right = rightOf('sha1', LARGE);
      assert.equal((await complete(right)).status, 202);
      const done = await complete(right);
      assert.deepEqual([done.status, done.body.key], [200, key]);
      assert.deepEqual(await download(running(), key), LARGE);
    });

    it('is refused if it is wrong, unclear or too much to read', async () => {
      const wrong = await send({ ...VERIFY, stepBytes: 8 * MIB });
      assert.equal((await wrong.complete(rightOf('sha1', LARGE).value)).status, 400);
      assert.equal((await wrong.complete(wrongOf('sha1'))).status, 422);
      assert.equal(await wrong.head(), undefined);
      const large = await send({ ...VERIFY, maxBytes: MIB });
      assert.equal((await large.complete(rightOf('sha1', LARGE))).status, 400);
      assert.equal(await large.head(), undefined);
      assert.equal((await large.complete()).status, 200, 'and it can be completed without');
    });
  },
);
